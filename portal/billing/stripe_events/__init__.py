"""Stripe's webhooks, dispatched to the nouns that they concern."""
