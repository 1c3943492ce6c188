"""Chargebacks: a payer's bank takes money back, for now or for good. Read fresh from Stripe, posted once per step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import DISPUTED, FEES, STRIPE, WRITE_OFFS
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.payments import Payment
from portal.billing.models.stripe_facts import StripeDispute
from portal.billing.settlement.facts import PaymentFailed
from portal.billing.settlement.queries import posted
from portal.billing.settlement.use_cases.locks import lock_payment
from portal.billing.settlement.use_cases.reversals import sides_back
from portal.billing.stripe.api import Stripe
from portal.billing.stripe.objects import Chargeback
from portal.foundation.actor import SYSTEM
from portal.foundation.db import transaction
from portal.touchpoints.recording import Event, record

# An inquiry ("warning_…") moves no money; it may become a dispute that does.
OPEN = ("needs_response", "under_review")
OVER = ("won", "lost")


def sync_dispute(
    sessions: Callable[[], Session], dispute_id: str, *, now: datetime, api: Stripe
) -> StripeDispute | None:
    """Read a chargeback fresh from Stripe and bring our row and the books in line with it. Any number of times.

    :returns: None when it is about no payment of ours, or moves no money.
    :raises StripeUnknown: when Stripe gives no answer.
    """
    told = api.retrieve_chargeback(dispute_id)
    if told.status not in (*OPEN, *OVER):
        return None
    with transaction(sessions) as session:
        payment_id = _payment_of(session, told)
        if payment_id is None:
            return None
        payment = lock_payment(session, company_id=None, payment_id=payment_id)
        dispute = _row(session, payment, told, now)
        _post_opened(session, payment, dispute, told)
        if told.status == "won":
            _post_won(session, payment, dispute, now)
        elif told.status == "lost":
            _post_lost(session, payment, dispute, now)
        dispute.state = told.status
        if told.status in OVER and dispute.closed_at is None:
            dispute.closed_at = now
        return dispute


def _payment_of(session: Session, told: Chargeback) -> int | None:
    """The payment with the disputed charge, in the same currency: nothing else of what was told is believed."""
    theirs = [Payment.charge_id == told.charge]
    if told.intent is not None:
        theirs.append(Payment.payment_intent_id == told.intent)
    return session.scalar(
        select(Payment.id)
        .where(or_(*theirs), Payment.currency == told.currency, Payment.amount_minor >= told.amount_minor)
        .order_by(Payment.id)
        .limit(1)
    )


def _row(session: Session, payment: Payment, told: Chargeback, now: datetime) -> StripeDispute:
    known = session.get(StripeDispute, told.id, populate_existing=True)
    if known is not None:
        return known
    made = StripeDispute(
        id=told.id,
        payment_id=payment.id,
        company_id=payment.company_id,
        amount_minor=told.amount_minor,
        fee_minor=told.fee_minor,
        currency=told.currency,
        reason=told.reason,
        state=told.status,
        opened_at=told.created_at,
    )
    session.add(made)
    session.flush()
    return made


def _post_opened(session: Session, payment: Payment, dispute: StripeDispute, told: Chargeback) -> None:
    if not told.movements:
        return  # the bank has announced it and taken nothing yet; another event follows
    dispute.fee_minor = told.fee_minor
    amount = dispute.amount_minor
    sides = [
        Side(DISPUTED, amount, payment_id=payment.id),
        Side(FEES, told.fee_minor, payment_id=payment.id),
        Side(STRIPE, -amount - told.fee_minor, payment_id=payment.id),
    ]
    words = f"The payer's bank took back {payment.number}"
    if _post(session, payment, dispute, "opened", "chargeback", sides, words, told.created_at):
        _tell(session, payment, dispute, "chargeback_opened", told.created_at)


def _post_won(session: Session, payment: Payment, dispute: StripeDispute, now: datetime) -> None:
    amount = dispute.amount_minor
    sides = [Side(STRIPE, amount, payment_id=payment.id), Side(DISPUTED, -amount, payment_id=payment.id)]
    words = f"Chargeback of {payment.number} was decided for us"
    if _post(session, payment, dispute, "won", "chargeback_won", sides, words, now):
        _tell(session, payment, dispute, "chargeback_won", now)


def _post_lost(session: Session, payment: Payment, dispute: StripeDispute, now: datetime) -> None:
    if posted(session, f"dispute:{dispute.id}:lost") is not None:
        return  # what it had paid may have moved on since
    amount = dispute.amount_minor
    # What was refunded before is lost twice: it went back to the payer, and the payer's bank took it, too.
    sides = [
        *sides_back(session, payment, amount, rest_to=WRITE_OFFS),
        Side(DISPUTED, -amount, payment_id=payment.id),
    ]
    words = f"Chargeback of {payment.number} was decided against us; what it paid is open again"
    if _post(session, payment, dispute, "lost", "chargeback_lost", sides, words, now):
        _tell(session, payment, dispute, "chargeback_lost", now)


def _post(
    session: Session,
    payment: Payment,
    dispute: StripeDispute,
    step: str,
    kind: str,
    sides: list[Side],
    words: str,
    at: datetime,
) -> bool:
    return post(
        session,
        key=f"dispute:{dispute.id}:{step}",
        kind=kind,
        company_id=payment.company_id,
        currency=payment.currency,
        occurred_at=at,
        sides=sides,
        actor=SYSTEM,
        words=words,
    )


def _tell(session: Session, payment: Payment, dispute: StripeDispute, code: str, at: datetime) -> None:
    record(
        session,
        Event(
            PaymentFailed(method=payment.kind, number=payment.number, code=code),
            actor=SYSTEM,
            now=at,
            key=f"payment_failed:{dispute.id}:{code}",
            account_id=payment.company_id,
            value_minor=dispute.amount_minor,
            currency=dispute.currency,
            outcome="ok" if code == "chargeback_won" else "payment_declined",
            links={"payment_id": payment.id},
        ),
    )
