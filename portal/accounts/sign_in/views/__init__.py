"""Pages for signing in and for a forgotten password."""
