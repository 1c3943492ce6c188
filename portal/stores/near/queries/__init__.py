"""Queries of stores near a place."""
