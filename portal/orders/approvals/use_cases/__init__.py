"""Orders above what a person may order alone: use cases."""
