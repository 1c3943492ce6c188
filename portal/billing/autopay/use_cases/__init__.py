"""A company's mandate to be charged automatically: use cases."""
