"""Ordering again what was ordered before: use cases."""
