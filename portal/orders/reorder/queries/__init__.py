"""Reordering: queries."""
