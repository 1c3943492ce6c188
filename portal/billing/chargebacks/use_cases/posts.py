"""What a chargeback does to the books: one posting per step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.chargebacks.use_cases.follow_up import follow_lost, follow_opened, follow_won
from portal.billing.chart_of_accounts import DISPUTED, FEES, STRIPE, WRITE_OFFS
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.payments import Payment
from portal.billing.models.stripe_facts import StripeChargeback
from portal.billing.settlement.facts import PaymentFailed
from portal.billing.settlement.queries import posted, reopened_in_branches
from portal.billing.settlement.use_cases.reversals import sides_back
from portal.billing.stripe.objects import Chargeback
from portal.foundation.actor import SYSTEM
from portal.touchpoints.recording import Event, record

# Step → kind of its posting.
POSTINGS = {"opened": "chargeback", "won": "chargeback_won", "lost": "chargeback_lost"}


def posting_key(chargeback_id: str, step: str) -> str:
    """The ledger's key of a chargeback's step: opened, won, lost."""
    return f"dispute:{chargeback_id}:{step}"


def post_steps(
    session: Session, payment: Payment, chargeback: StripeChargeback, answer: Chargeback, now: datetime
) -> None:
    """Post the steps of a chargeback that Stripe's answer tells of, each once."""
    _post_opened(session, payment, chargeback, answer, now)
    if answer.status == "won":
        _post_won(session, payment, chargeback, now)
    elif answer.status == "lost":
        _post_lost(session, payment, chargeback, now)


def _post_opened(
    session: Session, payment: Payment, chargeback: StripeChargeback, answer: Chargeback, now: datetime
) -> None:
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
        is_over = answer.status in ("won", "lost")
        follow_opened(session, payment, chargeback, is_over=is_over, now=now)


def _post_won(session: Session, payment: Payment, chargeback: StripeChargeback, now: datetime) -> None:
    amount = chargeback.amount_minor
    sides = [Side(STRIPE, amount, payment_id=payment.id), Side(DISPUTED, -amount, payment_id=payment.id)]
    if _post(session, payment, chargeback, "won", sides, now):
        _record_failed(session, payment, chargeback, "chargeback_won", now)
        follow_won(session, payment, chargeback)


def _post_lost(session: Session, payment: Payment, chargeback: StripeChargeback, now: datetime) -> None:
    if posted(session, posting_key(chargeback.id, "lost")) is not None:
        return  # the invoices it had paid may have changed since
    amount = chargeback.amount_minor
    # What was refunded before is lost twice: it went back to the payer, and the payer's bank withdrew it, too.
    sides = [
        *sides_back(session, payment, amount, rest_to=WRITE_OFFS, fact=posting_key(chargeback.id, "lost")),
        Side(DISPUTED, -amount, payment_id=payment.id),
    ]
    if _post(session, payment, chargeback, "lost", sides, now):
        _record_failed(session, payment, chargeback, "chargeback_lost", now)
        posting_id = posted(session, posting_key(chargeback.id, "lost"))
        in_branches = reopened_in_branches(session, payment.id, posting_key(chargeback.id, "lost"))
        follow_lost(session, payment, chargeback, posting_id or 0, in_branches, now)


def _post(
    session: Session,
    payment: Payment,
    chargeback: StripeChargeback,
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
    session: Session, payment: Payment, chargeback: StripeChargeback, code: str, at: datetime
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
