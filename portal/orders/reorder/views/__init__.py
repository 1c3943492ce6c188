"""Reordering: pages for customers."""
