"""Mails about an order on its way through the store."""
