"""Paying through Stripe: queries."""
