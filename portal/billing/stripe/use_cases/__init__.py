"""The connection to Stripe: use cases."""
