"""Why a payment, or what it is said to have paid, is rejected."""

from __future__ import annotations

from datetime import datetime

from portal.billing.settlement.split import Share
from portal.exchange.payments.payment import OpenInvoice
from portal.foundation.money import format_minor, round_to_minor
from portal.intake.cells import fits
from portal.intake.lookups import References
from portal.intake.tables import Row

OWN = "PAY-"


def check_payment(row: Row, refs: References, now: datetime) -> None:
    """Add reasons to a row of payments.csv."""
    v = row.values
    if not v:
        return
    company = refs.find(row, "company_code", "companies")
    if v["received_on"] is not None and v["received_on"] > now.date():
        row.wrong("received_on", "in the future")
    if (v["number"] or "").startswith(OWN):
        row.wrong("number", f"{OWN} begins the portal's own numbers")
    if v["amount"] is not None:
        _check_decimals(row, "amount", company.currency if company else "")
        if v["amount"] == 0:
            row.wrong("amount", "is nothing")


def check_part(part: Row, company_id: int, invoices: dict[str, OpenInvoice]) -> None:
    """Add reasons to a row of payment_allocations.csv."""
    v = part.values
    if not v or v["invoice_number"] is None:
        return
    invoice = invoices.get(v["invoice_number"])
    if invoice is None or invoice.company_id != company_id:
        part.wrong("invoice_number", "no such invoice of the company")
        return
    for name in ("amount", "discount"):
        if v[name] is not None:
            _check_decimals(part, name, invoice.currency)


def _check_decimals(row: Row, name: str, currency: str) -> None:
    if currency and not fits(row.values[name], currency):
        row.wrong(name, "not an amount")


def add_share(part: Row, shares: dict[str, Share], invoices: dict[str, OpenInvoice], currency: str) -> None:
    """Add what a row pays of an invoice to the shares of its payment, or a reason to the row."""
    v = part.values
    name, invoice = v["invoice_number"], invoices[v["invoice_number"]]
    amount, off = round_to_minor(v["amount"], currency), round_to_minor(v["discount"], currency)
    left = invoice.left_minor
    if name in shares:
        part.reasons.append("same key as another row of this payment")
    elif not (0 < amount <= left or left <= amount < 0):
        part.wrong("amount", f"only {format_minor(left, currency)} of it is open")
    elif off > max(0, amount):
        part.wrong("discount", "more than the amount")
    else:
        shares[name] = Share(invoice.id, amount, off, v["short_reason"], v["short_note"])
