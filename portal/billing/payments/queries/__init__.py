"""Payments through Stripe: queries."""
