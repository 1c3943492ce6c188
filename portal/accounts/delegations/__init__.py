"""Reps acting inside a customer's account."""
