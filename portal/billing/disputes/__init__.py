"""Invoices that a customer contests in part."""
