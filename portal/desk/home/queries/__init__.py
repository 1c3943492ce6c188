"""The start pages: queries."""
