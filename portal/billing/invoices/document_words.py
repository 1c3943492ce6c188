"""What was applied to an invoice or a credit memo, in words, and its tax by rate. Pure rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from portal.billing.invoices.words import payment_words
from portal.billing.tax.rules import basis_words, tax_minor
from portal.foundation.money import format_minor

ADJUSTMENT = "adjustment"  # the unit of a line that credits an amount
WORDS = {
    "application": "Applied",
    "refund": "Refund",
    "refund_failed": "Refund that failed",
    "chargeback": "Chargeback",
    "chargeback_won": "Chargeback won",
    "chargeback_lost": "Chargeback lost",
    "write_off": "Written off by us",
    "opening": "Settled before this portal",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was applied. ``amount_minor`` below zero makes less open; ``others`` are documents to link to."""

    at: datetime
    by: str
    title: str
    more: str
    amount_minor: int
    others: tuple[str, ...] = ()
    token: str | None = None  # of the try at Stripe that paid
    number: str | None = None  # of the payment


def applied_words(applied: Iterable[Any], kind: str, *, with_method: bool) -> list[Step]:
    """What was applied (``portal.billing.invoices.queries.applied.Applied``), the oldest first; an early-payment discount is
    a separate step after the payment that earned it.

    :param with_method: whether the reader may know by which card or account was paid.
    """
    steps: list[Step] = []
    for each in applied:
        steps += _steps(each, kind, with_method=with_method)
    return steps


def _steps(each: Any, kind: str, *, with_method: bool) -> list[Step]:
    how = ""
    if each.payment_kind:
        how = payment_words(each.payment_kind, each.method_words or "", with_method=with_method)
    token, number = each.token, each.payment_number
    if each.kind == "payment":
        return _payment(each, how)
    if each.kind == "application":
        return _application(each, kind)
    if each.kind in ("reversal", "transfer"):
        return [Step(each.at, each.by, each.words, f"Payment {number}", each.amount_minor, (), token, number)]
    title = WORDS.get(each.kind, "Adjustment")
    if each.payment_number:
        title += f" of payment {each.payment_number}"
    more = how if each.kind == "refund" else each.words if each.kind == "write_off" else ""
    return [Step(each.at, each.by, title, more, each.amount_minor, (), token, number)]


def _payment(each: Any, how: str) -> list[Step]:
    paid, number = each.amount_minor + each.discount_minor, each.payment_number
    steps = [Step(each.at, each.by, f"Payment {number}", how, paid, (), each.token, number)] if paid else []
    if each.discount_minor:
        steps.append(Step(each.at, each.by, "Early-payment discount", "", -each.discount_minor))
    return steps


def _application(each: Any, kind: str) -> list[Step]:
    undone = (each.amount_minor > 0) == (kind == "invoice")
    if each.payment_number:
        title = "Money on account" if not undone else "Money on account taken back"
        money = each.amount_minor + each.discount_minor
        steps = [Step(each.at, each.by, title, f"From payment {each.payment_number}", money)]
        if each.discount_minor:
            steps.append(Step(each.at, each.by, "Early-payment discount", "", -each.discount_minor))
        return steps
    if kind == "credit_memo":
        title = "Taken back from" if undone else "Used for"
    else:
        title = "Credit memo taken back" if undone else "Credit memo"
    return [Step(each.at, each.by, title, "", each.amount_minor, each.others)]


@dataclass(frozen=True, slots=True)
class TaxRow:
    """The tax of all lines of one rate."""

    share: Decimal
    tax_minor: int

    @property
    def words(self) -> str:
        """``Tax 8.875 %``; without a rate only what it is."""
        if not self.share:
            return "Tax"
        percent = f"{self.share * 100:f}"
        return f"Tax {percent.rstrip('0').rstrip('.') if '.' in percent else percent} %"


def tax_rows(lines: Iterable[Any]) -> list[TaxRow]:
    """The tax by rate, the lowest first; lines without tax are left out."""
    found: dict[Decimal, int] = {}
    for line in lines:
        if line.tax_minor:
            share = line.tax_share.normalize()
            found[share] = found.get(share, 0) + line.tax_minor
    return [TaxRow(share, found[share]) for share in sorted(found)]


def taxes(lines: Iterable[Any], currency: str) -> list[tuple[Decimal, str, int]]:
    """By rate, the lowest first: the rate, what it is on or why the product is another amount, and the tax. Sums of the
    lines' own amounts, without rounding again."""
    by_rate: dict[Decimal, list[Any]] = {}
    for line in lines:
        by_rate.setdefault(line.tax_share.normalize(), []).append(line)
    found = []
    for share, held in sorted(by_rate.items()):
        net, tax = sum(line.net_minor for line in held), sum(line.tax_minor for line in held)
        in_part = any(line.unit == ADJUSTMENT for line in held)
        by_line = all(is_exact(line, currency) for line in held)
        if share or tax:
            words = basis_words(net, share, tax, currency, in_part=in_part, by_line=by_line)
            found.append((share, words, tax))
    return found


def is_exact(line: Any, currency: str) -> bool:
    """Whether a line's tax is its rate of its net amount: a part of another line's may be a minor unit off."""
    return bool(line.tax_share) and tax_minor(line.net_minor, line.tax_share, currency) == line.tax_minor


def sum_rows(invoice: Any, lines: Sequence[Any]) -> list[tuple[str, str]]:
    """What a document's total is made of: the net amount, and the tax by rate or in one row."""
    currency = invoice.currency
    basis = {share: words for share, words, _ in taxes(lines, currency) if words.startswith(",")}
    found = [(row.words + basis.get(row.share, ""), row.tax_minor) for row in tax_rows(lines)]
    rows = [("Net", invoice.net_minor), *(found or [("Tax", invoice.tax_minor)])]
    return [(words, format_minor(minor, currency)) for words, minor in rows]
