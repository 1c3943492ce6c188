"""The books compared with Stripe."""
