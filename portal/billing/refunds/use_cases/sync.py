"""Bring a refund in line with Stripe, for webhooks and reconciliation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.refunds.use_cases.answers import take_in_refund
from portal.billing.settlement.use_cases.locks import lock_payment
from portal.billing.stripe.api import Stripe
from portal.billing.stripe.objects import Refunded
from portal.foundation.db import transaction
from portal.foundation.inputs import read_id


def sync_refund(
    sessions: Callable[[], Session], stripe_refund_id: str, *, now: datetime, api: Stripe
) -> Refund | None:
    """Re-fetch a refund from Stripe and bring our row and the books in line. Idempotent. A refund that somebody made
    at Stripe gets a row of its own.

    :returns: None if it belongs to no payment of ours.
    :raises StripeUnknown: if Stripe gives no answer.
    :raises DoesNotFit: if amount, currency or charge differ from ours.
    """
    answer = api.retrieve_refund(stripe_refund_id)
    with transaction(sessions) as session:
        refund_id = _known(session, answer, now=now)
    return None if refund_id is None else take_in_refund(sessions, refund_id, answer, now=now)


def _known(session: Session, answer: Refunded, *, now: datetime) -> int | None:
    known = session.scalar(select(Refund.id).where(Refund.stripe_refund_id == answer.id))
    if known is not None:
        return known
    payment = session.scalars(select(Payment).where(Payment.charge_id == answer.charge)).one_or_none()
    if answer.charge is None or payment is None:
        return None
    payment = lock_payment(session, company_id=None, payment_id=payment.id)
    named = read_id(answer.metadata.get("refund", ""))
    ours = None if named is None else session.get(Refund, named)
    if ours is not None and (ours.payment_id, ours.amount_minor) == (payment.id, answer.amount_minor):
        return ours.id
    return _adopt(session, payment, answer, now=now)


def _adopt(session: Session, payment: Payment, answer: Refunded, *, now: datetime) -> int:
    key = f"stripe:{answer.id}"
    known = session.scalar(select(Refund.id).where(Refund.idempotency_key == key))
    if known is not None:
        return known
    refund = Refund(
        payment_id=payment.id,
        company_id=payment.company_id,
        amount_minor=answer.amount_minor,
        currency=answer.currency,
        reason="Refunded at Stripe",
        state="created",
        idempotency_key=key,
        stripe_refund_id=answer.id,
        actor_name="Stripe",
        created_at=answer.created_at,
        updated_at=now,
    )
    session.add(refund)
    session.flush()
    return refund.id
