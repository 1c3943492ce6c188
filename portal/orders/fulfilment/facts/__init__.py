"""Touchpoints of an order's way through the store."""
