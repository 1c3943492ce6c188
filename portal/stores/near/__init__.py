"""Stores near a place, with what each has."""
