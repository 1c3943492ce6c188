"""Money meets invoices: use cases."""
