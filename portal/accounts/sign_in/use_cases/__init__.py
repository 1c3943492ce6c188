"""Use cases of passwords, sessions, one-time links and rate limits."""
