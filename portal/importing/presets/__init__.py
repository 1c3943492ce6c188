"""Files of other systems, read as they are."""
