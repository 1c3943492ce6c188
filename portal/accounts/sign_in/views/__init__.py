"""Passwords, sessions, one-time links and the throttling of guesses: pages for customers."""
