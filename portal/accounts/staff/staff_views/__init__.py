"""Pages of the seller's own people, for its administrators."""
