"""Ordering again what was ordered before: queries."""
