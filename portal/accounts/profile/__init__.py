"""One's own account: name, password, sessions."""
