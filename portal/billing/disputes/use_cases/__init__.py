"""Disputes about invoices: use cases."""
