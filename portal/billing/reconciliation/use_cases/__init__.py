"""The books compared with Stripe: use cases."""
