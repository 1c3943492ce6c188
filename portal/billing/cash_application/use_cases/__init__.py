"""Unapplied cash and credit memos, applied to invoices: use cases."""
