"""Signing in: passwords, sessions, one-time links and rate limits."""
