"""From a draft to an order: queries."""
