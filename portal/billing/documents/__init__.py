"""Invoices, credit memos, statements and packing slips as PDF."""

from portal.billing.documents.rendering import TooLong, pdf

__all__ = ["TooLong", "pdf"]
