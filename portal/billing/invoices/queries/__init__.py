"""Invoices and credit memos: queries."""
