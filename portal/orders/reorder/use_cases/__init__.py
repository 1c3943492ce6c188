"""Reordering: use cases."""
