"""Links by which somebody without an account pays: pages for customers."""
