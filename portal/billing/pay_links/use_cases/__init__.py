"""Links by which somebody without an account pays: use cases."""
