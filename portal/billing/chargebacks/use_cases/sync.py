"""Chargebacks: funds withdrawn by the payer's bank, provisionally or finally. Re-fetched from Stripe; each step is
posted once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.billing.chargebacks.use_cases.posts import post_steps
from portal.billing.models.payments import Payment
from portal.billing.models.stripe_facts import StripeChargeback
from portal.billing.settlement.use_cases.locks import lock_payment
from portal.billing.stripe.api import Stripe
from portal.billing.stripe.objects import Chargeback
from portal.foundation.db import transaction

# An inquiry ("warning_…") moves no money; it may become a chargeback that does.
OPEN = ("needs_response", "under_review")
OVER = ("won", "lost")


def sync_chargeback(
    sessions: Callable[[], Session], chargeback_id: str, *, now: datetime, api: Stripe
) -> StripeChargeback | None:
    """Re-fetch a chargeback from Stripe and bring our row and the books in line with it. Idempotent.

    :returns: None if it is about no payment of ours, or moves no money.
    :raises StripeUnknown: if Stripe gives no answer.
    """
    answer = api.retrieve_chargeback(chargeback_id)
    if answer.status not in (*OPEN, *OVER):
        return None
    with transaction(sessions) as session:
        payment_id = _payment_of(session, answer)
        if payment_id is None:
            return None
        payment = lock_payment(session, company_id=None, payment_id=payment_id)
        chargeback = _row(session, payment, answer)
        chargeback.answer_by = answer.answer_by
        post_steps(session, payment, chargeback, answer, now)
        _keep_state(chargeback, answer, now)
        return chargeback


def _keep_state(chargeback: StripeChargeback, answer: Chargeback, now: datetime) -> None:
    chargeback.state = answer.status
    if answer.status in OVER and chargeback.closed_at is None:
        chargeback.closed_at = now


def _payment_of(session: Session, answer: Chargeback) -> int | None:
    """The payment with the charge, in the same currency: nothing else of the answer is trusted."""
    theirs = [Payment.charge_id == answer.charge]
    if answer.intent is not None:
        theirs.append(Payment.payment_intent_id == answer.intent)
    return session.scalar(
        select(Payment.id)
        .where(or_(*theirs), Payment.currency == answer.currency, Payment.amount_minor >= answer.amount_minor)
        .order_by(Payment.id)
        .limit(1)
    )


def _row(session: Session, payment: Payment, answer: Chargeback) -> StripeChargeback:
    known = session.get(StripeChargeback, answer.id, populate_existing=True)
    if known is not None:
        return known
    made = StripeChargeback(
        id=answer.id,
        payment_id=payment.id,
        company_id=payment.company_id,
        amount_minor=answer.amount_minor,
        fee_minor=answer.fee_minor,
        currency=answer.currency,
        reason=answer.reason,
        state=answer.status,
        opened_at=answer.created_at,
    )
    session.add(made)
    session.flush()
    return made
