"""The columns of payments.csv and payment_allocations.csv."""

from __future__ import annotations

from decimal import Decimal

from portal.billing.invoices.words import DISPUTE_REASONS
from portal.intake import cells
from portal.intake.tables import Column

KINDS = {"cheque": "Cheque", "transfer": "Bank transfer", "cash": "Cash"}

PAYMENT_COLUMNS = (
    Column("number", cells.code(20), True),
    Column("company_code", cells.code(20), True),
    Column("received_on", cells.day, True),
    Column("kind", cells.one_of(*KINDS), True),
    Column("amount", cells.amount, True),
    Column("reference", cells.text(60), default=""),
    Column("note", cells.text(300), default=""),
)
ALLOCATION_COLUMNS = (
    Column("payment_number", cells.code(20), True),
    Column("invoice_number", cells.text(60), True),
    Column("amount", cells.signed_amount, True),
    Column("discount", cells.amount, default=Decimal(0)),
    Column("short_reason", cells.one_of(*DISPUTE_REASONS), default=""),
    Column("short_note", cells.text(300), default=""),
)
