"""Finding products by number, name or category."""
