"""Credit, invoices, the books, payments."""

from portal.billing.use_cases.credit import give_credit, take_credit

__all__ = ["give_credit", "take_credit"]
