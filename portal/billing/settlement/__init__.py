"""Payments settle invoices: locks, postings, allocations and reversals."""
