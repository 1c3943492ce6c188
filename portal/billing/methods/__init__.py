"""Saved cards and bank accounts."""
