"""Words: how they are compared, and how several nouns put them."""
