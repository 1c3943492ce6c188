"""Opening hours, and when an order is ready."""
