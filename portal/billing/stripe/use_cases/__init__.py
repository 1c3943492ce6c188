"""Talking to Stripe; only api.py imports its SDK: use cases."""
