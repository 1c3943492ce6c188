"""Money meets invoices: locks, postings, allocations and reversals."""
