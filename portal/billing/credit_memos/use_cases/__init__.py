"""Crediting a customer, and credit used for orders: use cases."""
