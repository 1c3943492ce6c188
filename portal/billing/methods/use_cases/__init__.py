"""Saved cards and bank accounts: use cases."""
