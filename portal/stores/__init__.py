"""Stores, opening hours, stock, pickup windows."""
