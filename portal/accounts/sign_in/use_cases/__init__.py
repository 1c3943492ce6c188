"""Passwords, sessions, one-time links and the throttling of guesses: use cases."""
