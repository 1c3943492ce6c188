"""Chargebacks: funds withdrawn by the payer's bank, provisionally or finally. Re-fetched from Stripe; each step is
posted once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

# An inquiry ("warning_…") moves no money; it may become a chargeback that does.
OPEN = ("needs_response", "under_review")
OVER = ("won", "lost")
# Step → kind of its posting.
POSTINGS = {"opened": "chargeback", "won": "chargeback_won", "lost": "chargeback_lost"}


def posting_key(chargeback_id: str, step: str) -> str:
    """The ledger's key of a chargeback's step: opened, won, lost."""
    return f"dispute:{chargeback_id}:{step}"


def sync_chargeback(
    sessions: Callable[[], Session], chargeback_id: str, *, now: datetime, api: Stripe
) -> StripeDispute | None:
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
        _post_steps(session, payment, chargeback, answer, now)
        chargeback.state = answer.status
        if answer.status in OVER and chargeback.closed_at is None:
            chargeback.closed_at = now
        return chargeback


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


def _row(session: Session, payment: Payment, answer: Chargeback) -> StripeDispute:
    known = session.get(StripeDispute, answer.id, populate_existing=True)
    if known is not None:
        return known
    made = StripeDispute(
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


def _post_steps(
    session: Session, payment: Payment, chargeback: StripeDispute, answer: Chargeback, now: datetime
) -> None:
    _post_opened(session, payment, chargeback, answer)
    if answer.status == "won":
        _post_won(session, payment, chargeback, now)
    elif answer.status == "lost":
        _post_lost(session, payment, chargeback, now)


def _post_opened(session: Session, payment: Payment, chargeback: StripeDispute, answer: Chargeback) -> None:
    if not answer.movements:
        return  # the bank has announced it but withdrawn nothing yet; another event follows
    chargeback.fee_minor = answer.fee_minor
    amount = chargeback.amount_minor
    sides = [
        Side(DISPUTED, amount, payment_id=payment.id),
        Side(FEES, answer.fee_minor, payment_id=payment.id),
        Side(STRIPE, -amount - answer.fee_minor, payment_id=payment.id),
    ]
    if _post(session, payment, chargeback, "opened", sides, answer.created_at):
        _record_failed(session, payment, chargeback, "chargeback_opened", answer.created_at)


def _post_won(session: Session, payment: Payment, chargeback: StripeDispute, now: datetime) -> None:
    amount = chargeback.amount_minor
    sides = [Side(STRIPE, amount, payment_id=payment.id), Side(DISPUTED, -amount, payment_id=payment.id)]
    if _post(session, payment, chargeback, "won", sides, now):
        _record_failed(session, payment, chargeback, "chargeback_won", now)


def _post_lost(session: Session, payment: Payment, chargeback: StripeDispute, now: datetime) -> None:
    if posted(session, posting_key(chargeback.id, "lost")) is not None:
        return  # the invoices it had paid may have changed since
    amount = chargeback.amount_minor
    # What was refunded before is lost twice: it went back to the payer, and the payer's bank withdrew it, too.
    sides = [
        *sides_back(session, payment, amount, rest_to=WRITE_OFFS),
        Side(DISPUTED, -amount, payment_id=payment.id),
    ]
    if _post(session, payment, chargeback, "lost", sides, now):
        _record_failed(session, payment, chargeback, "chargeback_lost", now)


def _post(
    session: Session,
    payment: Payment,
    chargeback: StripeDispute,
    step: str,
    sides: Sequence[Side],
    at: datetime,
) -> bool:
    return post(
        session,
        key=posting_key(chargeback.id, step),
        kind=POSTINGS[step],
        company_id=payment.company_id,
        currency=payment.currency,
        occurred_at=at,
        sides=sides,
        actor=SYSTEM,
        words=_words(payment, step),
    )


def _words(payment: Payment, step: str) -> str:
    if step == "opened":
        return f"The payer's bank took back {payment.number}"
    if step == "won":
        return f"Chargeback of {payment.number} was decided for us"
    return f"Chargeback of {payment.number} was decided against us; what it paid is open again"


def _record_failed(
    session: Session, payment: Payment, chargeback: StripeDispute, code: str, at: datetime
) -> None:
    record(
        session,
        Event(
            PaymentFailed(method=payment.kind, number=payment.number, code=code),
            actor=SYSTEM,
            now=at,
            key=f"payment_failed:{chargeback.id}:{code}",
            account_id=payment.company_id,
            value_minor=chargeback.amount_minor,
            currency=chargeback.currency,
            outcome="ok" if code == "chargeback_won" else "payment_declined",
            links={"payment_id": payment.id},
        ),
    )
