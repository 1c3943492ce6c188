"""Invoices and credit memos: issued, listed, read and printed."""
