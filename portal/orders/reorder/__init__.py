"""Reordering: from an earlier order, or from what was bought before."""
