"""Stripe's HTTP API: routes, encoding, lists, errors, idempotency."""
