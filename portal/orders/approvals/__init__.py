"""Orders above a person's limit, approved by another person."""
