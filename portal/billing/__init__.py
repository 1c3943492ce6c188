"""Credit accounts: limit, use, hold."""
