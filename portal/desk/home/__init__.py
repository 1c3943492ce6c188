"""The start page of each kind of person."""
