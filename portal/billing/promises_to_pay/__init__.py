"""Promises to pay an invoice by a day."""
