"""Use cases of the seller's own people."""
