"""Payments through Stripe: attempts, checkout, saved methods, receipts."""
