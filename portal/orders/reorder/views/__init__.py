"""Ordering again what was ordered before: pages for customers."""
