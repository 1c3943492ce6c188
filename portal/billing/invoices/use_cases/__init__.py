"""Invoices and credit memos: use cases."""
