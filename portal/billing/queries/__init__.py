"""What is owed, what is paid, and what may still be ordered."""

from portal.billing.queries.credit import credit_of

__all__ = ["credit_of"]
