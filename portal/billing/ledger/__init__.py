"""The books: accounts and balanced transactions."""
