"""Payments through Stripe: pages for customers."""
