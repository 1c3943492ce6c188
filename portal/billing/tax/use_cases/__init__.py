"""Handing in, deciding on, ending and watching tax certificates."""
