"""Carry out refunds at Stripe: outside any transaction Stripe is asked, in another one its answer is posted.

No answer from Stripe leaves the refund ``created``: it counts as given until its outcome is known. A retry uses the
stored idempotency key, so the money cannot go back twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.refunds.use_cases.answers import take_in_refund
from portal.billing.refunds.use_cases.posts import locked_refund
from portal.billing.stripe.api import Stripe, StripeRefused
from portal.billing.stripe.objects import Refunded
from portal.foundation.db import transaction

# Stripe keeps the answers to a key for a day; after that, the same key makes a second refund.
KEY_LIFE = timedelta(hours=20)
CLOCK_SKEW = timedelta(minutes=10)
LONGEST_FAILURE = 500  # characters


def carry_out_refund(
    sessions: Callable[[], Session], refund_id: int, *, now: datetime, api: Stripe
) -> Refund:
    """Tell Stripe, and post what it answers. Idempotent, and safe with any number of workers.

    :raises StripeUnknown: if Stripe gives no answer; the refund stays ``created``.
    """
    with transaction(sessions) as session:
        refund = session.get_one(Refund, refund_id)
        payment = session.get_one(Payment, refund.payment_id)
    if refund.stripe_refund_id is not None:
        return take_in_refund(sessions, refund_id, api.retrieve_refund(refund.stripe_refund_id), now=now)
    if refund.state != "created" or payment.charge_id is None:
        return refund
    answer = _find(refund, api) if now - refund.created_at > KEY_LIFE else None
    if answer is None:
        try:
            answer = _send(refund, payment, payment.charge_id, api)
        except StripeRefused as no:
            return _fail(sessions, refund_id, no, now=now)
    return take_in_refund(sessions, refund_id, answer, now=now)


def _find(refund: Refund, api: Stripe) -> Refunded | None:
    """The refund at Stripe that carries our number, searched for around its creation."""
    span = (refund.created_at - CLOCK_SKEW, refund.created_at + KEY_LIFE)
    listed = api.list_refunds(*span)
    return next((each for each in listed if each.metadata.get("refund") == str(refund.id)), None)


def _send(refund: Refund, payment: Payment, charge_id: str, api: Stripe) -> Refunded:
    return api.refund(
        key=refund.idempotency_key,
        charge=charge_id,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        metadata={"refund": str(refund.id), "payment": payment.number},
    )


def _fail(sessions: Callable[[], Session], refund_id: int, no: StripeRefused, *, now: datetime) -> Refund:
    with transaction(sessions) as session:
        _, refund = locked_refund(session, refund_id)
        if refund.state == "created":
            refund.state, refund.failure_words, refund.updated_at = "failed", no.words[:LONGEST_FAILURE], now
        return refund


def unfinished_refunds(session: Session) -> Sequence[int]:
    """Refunds whose outcome is not known yet, oldest first."""
    return session.scalars(
        select(Refund.id).where(Refund.state.in_(("created", "pending"))).order_by(Refund.id)
    ).all()
