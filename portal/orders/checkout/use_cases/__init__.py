"""From a draft to an order: use cases."""
