"""One order with everything that happened around it, for support."""
