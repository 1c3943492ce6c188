"""Paying through Stripe: pages for customers."""
