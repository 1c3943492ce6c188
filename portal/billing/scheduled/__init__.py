"""Payments planned for a later day."""
