"""Disputes about invoices."""
