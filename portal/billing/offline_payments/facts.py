"""Touchpoints of money that came outside Stripe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.payments import Payment
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "payment_reversed",
    stage="pay",
    task="pay",
    says="A recorded payment was reversed",
    meaning="A cheque, transfer or cash that was recorded was reversed: returned by the bank, or recorded by mistake",
    tone="warn",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReversed(Touch):
    """A recorded payment was reversed."""

    method: str | None = None
    number: str | None = None
    reason: str | None = None


def record_payment_reversed(session: Session, payment: Payment, *, actor: Actor, now: datetime) -> None:
    """Record that a payment was reversed, and why."""
    what = PaymentReversed(method=payment.kind, number=payment.number, reason=payment.reversal_reason)
    record(
        session,
        Event(
            what,
            actor=actor,
            now=now,
            key=f"payment_reversed:{payment.number}",
            account_id=payment.company_id,
            value_minor=payment.amount_minor,
            currency=payment.currency,
            links={"payment_id": payment.id},
        ),
    )
