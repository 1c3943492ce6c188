"""Reads that combine domains, for the pages of the desk."""
