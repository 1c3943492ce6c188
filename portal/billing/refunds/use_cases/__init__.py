"""Giving money back: use cases."""
