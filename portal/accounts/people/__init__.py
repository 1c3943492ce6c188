"""A company's people."""
