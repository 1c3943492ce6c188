"""Chargebacks: use cases."""
