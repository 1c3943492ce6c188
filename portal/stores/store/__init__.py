"""One store, and the store that a person works with."""
