"""Invoices and credit memos: pages for customers."""
