"""Asking Stripe for the money: a Checkout page, or a charge of a saved method. Outside any transaction.

What is sent follows from the attempt's row alone, which is complete before the first request leaves. So asking again
after a crash sends the same parameters under the same key, and Stripe gives the same answer instead of a second charge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.invoices import Invoice
from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.use_cases.start import shares_of
from portal.billing.settlement.split import Share, split
from portal.billing.stripe.amounts import to_stripe
from portal.billing.stripe.api import Stripe, StripeRefused
from portal.billing.stripe.objects import Intent
from portal.billing.stripe.objects import Session as Checkout
from portal.billing.stripe.use_cases.customers import ensure_customer
from portal.foundation.db import transaction

Sessions = Callable[[], Session]
PAGE_OPEN = timedelta(minutes=45)  # Stripe takes 30 minutes at least; the rest is for asking again


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that Stripe is asked for an attempt, read in one transaction."""

    attempt: PaymentAttempt
    lines: Sequence[tuple[str, int]]
    method: SavedMethod | None
    description: str


def prepare(sessions: Sessions, attempt_id: int, *, now: datetime, api: Stripe) -> Request:
    """Complete the attempt's row before the first request, and read what to ask.

    :raises StripeUnknown: when a customer has to be made and Stripe does not answer.
    """
    with transaction(sessions) as session:
        seen = session.get_one(PaymentAttempt, attempt_id)
        needs_customer = seen.tries == 0 and (seen.save_method or seen.saved_method_id is not None)
    customer = ensure_customer(sessions, seen.company_id, api=api) if needs_customer else None
    with transaction(sessions) as session:
        attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True)
        if attempt.tries == 0 and attempt.state == "created":
            attempt.livemode = api.livemode
            attempt.stripe_customer_id = customer
            attempt.expires_at = (now + PAGE_OPEN).replace(microsecond=0)
            attempt.tries = 1
            attempt.updated_at = now
        method = session.get(SavedMethod, attempt.saved_method_id) if attempt.saved_method_id else None
        shares = shares_of(session, attempt_id)
        numbers = _numbers(session, shares)
    return Request(attempt, _lines(attempt, shares, numbers), method, _words(numbers))


def ask_for_page(request: Request, api: Stripe) -> Checkout:
    """Have Stripe open the attempt's page, or tell which one it opened before.

    :raises StripeUnknown: ask again with the same key.
    :raises StripeRefused: there is no page and never will be.
    """
    attempt = request.attempt
    methods = [attempt.method_kind] if attempt.method_kind else []
    back = api.address_of(attempt.token, by_link=attempt.via == "link")
    if attempt.purpose == "setup":
        return api.create_setup_checkout(
            key=attempt.idempotency_key,
            reference=attempt.token,
            customer=attempt.stripe_customer_id or "",
            currency=attempt.currency,
            success_url=back,
            cancel_url=back,
            metadata=metadata_of(attempt),
            methods=methods,
        )
    return api.create_checkout(
        key=attempt.idempotency_key,
        reference=attempt.token,
        lines=request.lines,
        currency=attempt.currency,
        expires_at=attempt.expires_at or attempt.created_at + PAGE_OPEN,
        success_url=back,
        cancel_url=back,
        metadata=metadata_of(attempt),
        methods=methods,
        customer=attempt.stripe_customer_id,
        email=attempt.payer_email,
        save_method=attempt.save_method,
        description=request.description,
    )


def ask_for_charge(request: Request, api: Stripe) -> Intent:
    """Have Stripe charge the attempt's saved method, or tell what came of it before.

    :raises StripeUnknown: ask again with the same key.
    :raises StripeRefused: it was declined, or cannot be charged.
    """
    attempt, method = request.attempt, request.method
    if method is None:
        raise LookupError("an attempt without a saved method cannot be charged")
    if not _can_be_asked_for(attempt.amount_minor, attempt.currency):
        # What was left of a scheduled payment on its day.
        words = f"What is left is finer than cards and banks take {attempt.currency}. Pay it by transfer."
        raise StripeRefused("amount_not_payable", words)
    return api.create_intent_off_session(
        key=attempt.idempotency_key,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        customer=attempt.stripe_customer_id or "",
        method=method.stripe_method_id,
        kind=method.kind,
        metadata=metadata_of(attempt),
        description=request.description,
    )


def metadata_of(attempt: PaymentAttempt) -> dict[str, str]:
    """What Stripe's objects carry, so that they are known again."""
    return {"attempt": attempt.token}


def _numbers(session: Session, shares: Sequence[Share]) -> dict[int, str]:
    ids = [share.invoice_id for share in shares]
    if not ids:
        return {}
    rows = session.execute(select(Invoice.id, Invoice.number).where(Invoice.id.in_(ids)).order_by(Invoice.id))
    return {row.id: row.number for row in rows}


def _lines(
    attempt: PaymentAttempt, shares: Sequence[Share], numbers: dict[int, str]
) -> list[tuple[str, int]]:
    """One line per invoice: its part of the money, after discount and credit memos. One for all where a part is finer
    than what Stripe takes."""
    if attempt.purpose == "draft":
        return [("Payment for your order", attempt.amount_minor)]
    parts = split(attempt.amount_minor, shares, {share.invoice_id: share.amount_minor for share in shares})
    lines = [(f"Invoice {numbers[invoice_id]}", amount) for invoice_id, amount in parts.paid.items()]
    if all(_can_be_asked_for(amount, attempt.currency) for _, amount in lines):
        return lines
    return [(_words(numbers), attempt.amount_minor)]  # the sum can be charged, a part of it alone could not


def _can_be_asked_for(minor: int, currency: str) -> bool:
    """Whether Stripe's smallest unit of the currency divides it."""
    try:
        to_stripe(minor, currency)
    except ValueError:
        return False
    return True


def _words(numbers: dict[int, str]) -> str:
    listed = ", ".join(numbers.values())
    return f"Payment for {listed}"[:200] if listed else "Payment"
