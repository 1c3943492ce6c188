"""The connection to Stripe; only api.py imports its SDK."""
