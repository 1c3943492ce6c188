"""In and out of other systems: what reaches into several domains at once."""
