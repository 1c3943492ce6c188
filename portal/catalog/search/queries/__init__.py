"""Queries of the product search."""
