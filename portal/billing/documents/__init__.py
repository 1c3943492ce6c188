"""Invoices, credit memos, statements and packing slips as PDF."""

from portal.billing.documents.rendering import MOST_LINES, TooLong, pdf

__all__ = ["MOST_LINES", "TooLong", "pdf"]
