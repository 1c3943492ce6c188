"""Prepares a request to Stripe: completes the attempt's row, and reads what to send."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.invoices import Invoice
from portal.billing.models.links import PayLink
from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.queries.attempts import shares_of
from portal.billing.settlement.split import Share, split
from portal.billing.stripe.amounts import is_chargeable
from portal.billing.stripe.api import Stripe
from portal.billing.stripe.use_cases.customers import ensure_customer
from portal.foundation.db import transaction

# What Stripe's page says of payments that are for no invoice yet.
WITHOUT_INVOICES = {
    "draft": "Payment for your order",
    "account": "Payment on account",
    "group": "Invoices of your group",
}
Sessions = Callable[[], Session]
MOST_LINES = 100  # of a Checkout page; Stripe takes no more
PAGE_OPEN = timedelta(minutes=45)  # Stripe's minimum is 30 minutes; the rest is for retries


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that a request for an attempt says, read in one transaction."""

    attempt: PaymentAttempt
    lines: Sequence[tuple[str, int]]
    method: SavedMethod | None
    description: str


def prepare(sessions: Sessions, attempt_id: int, *, now: datetime, api: Stripe) -> Request:
    """Complete the attempt's row before the first request, and read what to send.

    :raises StripeUnknown: if a customer has to be created and Stripe does not answer.
    """
    with transaction(sessions) as session:
        known = session.get_one(PaymentAttempt, attempt_id)
        needs_customer = known.tries == 0 and (known.save_method or known.saved_method_id is not None)
    customer = ensure_customer(sessions, known.company_id, api=api) if needs_customer else None
    with transaction(sessions) as session:
        attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True)
        if attempt.tries == 0 and attempt.state == "created":
            _complete(attempt, customer, now=now, livemode=api.livemode)
        method = session.get(SavedMethod, attempt.saved_method_id) if attempt.saved_method_id else None
        shares = shares_of(session, attempt_id)
        numbers = _numbers(session, shares)
        words = _words(session, attempt, shares, numbers)
    return Request(attempt, _lines(attempt, shares, numbers, words), method, words)


def _complete(attempt: PaymentAttempt, customer: str | None, *, now: datetime, livemode: bool) -> None:
    attempt.livemode = livemode
    attempt.stripe_customer_id = customer
    attempt.expires_at = (now + PAGE_OPEN).replace(microsecond=0)
    attempt.tries = 1
    attempt.updated_at = now


def _numbers(session: Session, shares: Sequence[Share]) -> dict[int, str]:
    ids = [share.invoice_id for share in shares]
    if not ids:
        return {}
    rows = session.execute(select(Invoice.id, Invoice.number).where(Invoice.id.in_(ids)).order_by(Invoice.id))
    return {row.id: row.number for row in rows}


def _lines(
    attempt: PaymentAttempt, shares: Sequence[Share], numbers: dict[int, str], words: str
) -> list[tuple[str, int]]:
    """One line per invoice: its part of the payment, after discount and credit memos. A single line if there are more
    than Stripe's page takes, or if it cannot charge one of the parts exactly."""
    if attempt.purpose in WITHOUT_INVOICES:
        return [(WITHOUT_INVOICES[attempt.purpose], attempt.amount_minor)]
    parts = split(attempt.amount_minor, shares, {share.invoice_id: share.amount_minor for share in shares})
    lines = [(f"Invoice {numbers[invoice_id]}", amount) for invoice_id, amount in parts.paid.items()]
    if len(lines) <= MOST_LINES and all(is_chargeable(amount, attempt.currency) for _, amount in lines):
        return lines
    return [(words, attempt.amount_minor)]


def _words(
    session: Session, attempt: PaymentAttempt, shares: Sequence[Share], numbers: dict[int, str]
) -> str:
    """What the payment is for, in a line: the invoices by number, or if they are many, what they are together."""
    many = sum(1 for share in shares if share.amount_minor > 0)
    if many > MOST_LINES:
        link = session.get(PayLink, attempt.pay_link_id) if attempt.pay_link_id else None
        return f"{link.title}, {many:,} invoices" if link else f"Payment for {many:,} invoices"
    listed = ", ".join(numbers.values())
    return f"Payment for {listed}"[:200] if listed else "Payment"
