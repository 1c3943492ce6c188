"""Invoices as rows of a spreadsheet. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from portal.billing.invoices.queries.invoices import InvoiceRow
from portal.billing.invoices.words import document_state
from portal.foundation.money import to_major
from portal.web.answers.spreadsheets import plain

COLUMNS = (
    "Number",
    "Kind",
    "Date",
    "Due",
    "Standing",
    "Order",
    "PO number",
    "Job",
    "Net",
    "Tax",
    "Total",
    "Open",
    "Currency",
    "Disputed",
    "Promised for",
    "Payment under way",
    "Ordered by",
    "Placed by rep",
)
Cells = tuple[str | Decimal, ...]
KINDS = {"invoice": "Invoice", "credit_memo": "Credit memo"}


def cells(row: InvoiceRow, today: date) -> Cells:
    """One document, in the order of :data:`COLUMNS`; ``today`` decides what is overdue."""

    def major(minor: int) -> Decimal:
        return to_major(minor, row.currency)

    promised = row.promised_on.isoformat() if row.promised_on and row.open_minor else ""
    return (
        plain(row.number),
        KINDS[row.kind],
        row.issued_on.isoformat(),
        row.due_on.isoformat(),
        document_state(row.kind, row.total_minor, row.open_minor, row.due_on, today)[0],
        plain(row.order_number),
        plain(row.po_number),
        plain(row.job_name),
        major(row.net_minor),
        major(row.tax_minor),
        major(row.total_minor),
        major(row.open_minor),
        row.currency,
        major(row.disputed_minor) if row.disputed_minor else "",
        promised,
        major(row.under_way_minor) if row.under_way_minor else "",
        plain(row.ordered_by),
        plain(row.placed_by_rep),
    )
