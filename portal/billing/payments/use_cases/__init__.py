"""Payments through Stripe: use cases."""
