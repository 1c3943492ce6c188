"""From a draft to an order: pages for customers."""
