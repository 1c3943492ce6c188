"""A month of a company's account as rows of a spreadsheet. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from portal.billing.statements.queries.statement import Entry, Statement
from portal.billing.statements.words import entry_details, entry_title
from portal.foundation.money import to_major
from portal.web.answers.spreadsheets import plain

COLUMNS = (
    "Date",
    "What",
    "Number",
    "Due",
    "PO number",
    "Job",
    "Details",
    "Charge",
    "Payment or credit",
    "Balance",
    "Currency",
)
Cells = tuple[str | Decimal, ...]


def rows(found: Statement, *, first: bool, last: bool) -> Iterator[Cells]:
    """A piece of the month: its entries, with the opening balance before the first and the closing balance after the
    last."""
    if first:
        yield _balance(found, found.month.first.isoformat(), "Opening balance", found.opening_minor)
    for entry in found.entries:
        yield _cells(entry, found.currency)
    if last:
        closing = found.entries[-1].balance_minor if found.entries else found.closing_minor
        yield _balance(found, found.as_of.isoformat(), "Closing balance", closing)


def _balance(found: Statement, day: str, words: str, minor: int) -> Cells:
    amount = to_major(minor, found.currency)
    return (day, words, "", "", "", "", "", "", "", amount, found.currency)


def _cells(entry: Entry, currency: str) -> Cells:
    amount = to_major(entry.amount_minor, currency)
    return (
        entry.on.isoformat(),
        plain(entry_title(entry)),
        plain(entry.number or entry.payment_number),
        entry.due_on.isoformat() if entry.due_on and entry.kind == "invoice" else "",
        plain(entry.po_number),
        plain(entry.job_name),
        plain("; ".join(entry_details(entry, currency))),
        amount if entry.amount_minor > 0 else "",
        amount if entry.amount_minor < 0 else "",
        to_major(entry.balance_minor, currency),
        currency,
    )
