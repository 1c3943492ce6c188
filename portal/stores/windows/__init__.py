"""Pickup windows."""
