"""Payments settle invoices: use cases."""
