"""Whom to write to about a company's money."""
