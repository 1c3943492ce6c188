"""Bringing a seller's data in from CSV files: documented in docs/data-formats.md."""
