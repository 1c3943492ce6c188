"""One store, and choosing the store to work with."""
