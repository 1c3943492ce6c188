"""From a draft to an order: pickup or delivery, review, placement."""
