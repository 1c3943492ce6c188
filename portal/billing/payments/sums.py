"""The rows above a total on the pages about payments: words and an amount each. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Protocol

from portal.billing.payments.queries.receipts import Receipt
from portal.billing.settlement.split import Share
from portal.foundation.money import format_minor

Rows = list[tuple[str, str]]


class Numbered(Protocol):
    """A document that can be paid or used."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> str: ...


class OpenInvoice(Protocol):
    """An invoice with what is open of it, in minor units."""

    @property
    def number(self) -> str: ...
    @property
    def due_on(self) -> date: ...
    @property
    def open_minor(self) -> int: ...


def pay_rows(documents: Iterable[Numbered], shares: Mapping[int, Share], currency: str) -> Rows:
    """What would be paid of each document, by its id, with the discount that is taken off."""
    rows: Rows = []
    for each in documents:
        share = shares.get(each.id)
        if share is None:
            continue
        rows.append((each.number, format_minor(share.amount_minor, currency)))
        if share.discount_minor:
            rows.append((f"Discount for {each.number}", format_minor(-share.discount_minor, currency)))
    return rows


MOST_ROWS = 20  # above a total; more are counted


def short_rows(rows: Rows, shares: Collection[Share], currency: str) -> Rows:
    """The rows, or where they are many, what they come to: invoices, discounts and credit memos."""
    if len(rows) <= MOST_ROWS:
        return rows
    invoices = [share for share in shares if share.amount_minor > 0]
    sums = [
        (f"{len(invoices):,} invoices", sum(share.amount_minor for share in invoices)),
        ("Early-payment discounts", -sum(share.discount_minor for share in invoices)),
        ("Credit memos", sum(share.amount_minor for share in shares if share.amount_minor < 0)),
    ]
    return [(words, format_minor(minor, currency)) for words, minor in sums if minor]


def paid_rows(receipt: Receipt) -> Rows:
    """What a payment settled of each invoice, and what of it is unapplied; nothing before it is received."""
    if receipt.payment is None:
        return []
    currency, rows = receipt.attempt.currency, []
    for line in receipt.lines:
        if line.kind != "invoice":
            continue
        rest = f", {format_minor(line.open_minor, currency)} still open" if line.open_minor else ""
        rows.append((f"{line.number}{rest}", format_minor(line.paid_minor, currency)))
        if line.discount_minor:
            rows.append(("Early-payment discount", format_minor(-line.discount_minor, currency)))
    rows += _group_rows(receipt, currency)
    if receipt.payment.unapplied_minor:
        rows.append(("Not used for an invoice", format_minor(receipt.payment.unapplied_minor, currency)))
    return rows


def asked_rows(receipt: Receipt) -> Rows:
    """What is to be paid of each document while nothing has arrived."""
    currency, rows = receipt.attempt.currency, []
    for line in receipt.lines:
        rows.append((line.number, format_minor(line.asked_minor, currency)))
        if line.discount_asked_minor:
            rows.append((f"Discount for {line.number}", format_minor(-line.discount_asked_minor, currency)))
    return rows + _group_rows(receipt, currency)


def _group_rows(receipt: Receipt, currency: str) -> Rows:
    """Invoices of branches: what was settled of each, or is to be."""
    rows: Rows = []
    for each in receipt.group:
        minor = each.amount_minor if each.settled_minor is None else each.settled_minor
        rows.append((f"{each.invoice_number}, {each.branch_name}", format_minor(minor, currency)))
        if each.discount_minor and minor == each.amount_minor:
            rows.append((f"Discount for {each.invoice_number}", format_minor(-each.discount_minor, currency)))
    return rows


def receipt_facts(receipt: Receipt) -> Rows:
    """How and by whom it was paid, which credit memos were used, and what has been refunded or charged back; nothing
    before it is received."""
    attempt, payment = receipt.attempt, receipt.payment
    if payment is None:
        return []
    given_back = format_minor(payment.refunded_minor, attempt.currency) if payment.refunded_minor else ""
    taken = receipt.charged_back_minor
    charged_back = f"{format_minor(taken, attempt.currency)} by the payer's bank" if taken else ""
    memos = [
        (f"Credit memo {line.number}", f"{format_minor(-line.asked_minor, attempt.currency)} used")
        for line in receipt.lines
        if line.kind == "credit_memo"
    ]
    pairs = [
        ("By", payment.method_words),
        ("Paid by", attempt.actor_name),
        *memos,
        ("Given back", given_back),
        ("Charged back", charged_back),
    ]
    return [(name, words) for name, words in pairs if words]


class Asked(Protocol):
    """What a pay link asks for, in minor units."""

    @property
    def saved_minor(self) -> int: ...
    @property
    def otherwise_minor(self) -> int: ...


def link_rows(
    documents: Iterable[OpenInvoice], asked: Asked, currency: str, day: Callable[[date], str]
) -> Rows:
    """What a pay link asks for: each open invoice with its due day, the early-payment discount, and what is covered
    otherwise."""
    rows = [
        (f"{each.number}, due {day(each.due_on)}", format_minor(each.open_minor, currency))
        for each in documents
        if each.open_minor
    ]
    for words, minor in (
        ("Early-payment discount", asked.saved_minor),
        ("Settled otherwise", asked.otherwise_minor),
    ):
        if minor:
            rows.append((words, format_minor(-minor, currency)))
    return rows
