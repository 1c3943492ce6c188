"""When a store is open and when an order is ready."""
