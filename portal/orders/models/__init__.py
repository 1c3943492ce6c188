"""Drafts, orders, approvals and what happened to them."""
