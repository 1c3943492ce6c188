"""Checks, transfers and cash, recorded by staff: use cases."""
