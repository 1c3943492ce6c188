"""Products and their variants: queries."""
