"""Records touchpoints of payments through Stripe."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.payments import PaymentAttempt
from portal.billing.settlement.facts import PaymentFailed, PaymentSubmitted
from portal.foundation.actor import Actor
from portal.touchpoints.recording import Event, record


def record_payment_submitted(
    session: Session, attempt: PaymentAttempt, *, documents: int, actor: Actor, now: datetime
) -> None:
    """Record that a payment was begun.

    :param documents: how many invoices and credit memos it is for.
    """
    event = Event(
        PaymentSubmitted(method=attempt.method_kind or "any", lines=documents),
        actor=actor,
        now=now,
        key=f"payment_submitted:{attempt.token}",
        account_id=attempt.company_id,
        value_minor=attempt.amount_minor,
        currency=attempt.currency,
        links={"draft_id": attempt.draft_id},
    )
    record(session, event)


def record_payment_failed(session: Session, attempt: PaymentAttempt, *, actor: Actor, now: datetime) -> None:
    """Record that a payment was declined, or could not be asked for."""
    declined = attempt.failure_code not in ("", "invalid_request")
    event = Event(
        PaymentFailed(method=attempt.method_kind or "any", code=attempt.failure_code[:80]),
        actor=actor,
        now=now,
        key=f"payment_failed:{attempt.token}",
        account_id=attempt.company_id,
        outcome="payment_declined" if declined else "system_error",
        error_code=attempt.failure_code[:80] or None,
        value_minor=attempt.amount_minor,
        currency=attempt.currency,
        links={"draft_id": attempt.draft_id},
    )
    record(session, event)
