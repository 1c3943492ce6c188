"""Paying through Stripe: use cases."""
