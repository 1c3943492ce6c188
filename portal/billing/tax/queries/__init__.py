"""Sales tax: queries."""
