"""The seller's own people."""
