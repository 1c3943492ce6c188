"""Drafts, orders, reorder, placement, fulfilment, tracking."""
