"""Touchpoints of refunds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "order_refunded",
    stage="purchase",
    task="order",
    says="Gave money back",
    meaning="Money or credit was given back for an order",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefunded(Touch):
    """Money or credit was given back for an order."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None


def record_refunded(
    session: Session, refund: Refund, payment: Payment, reason: str, actor: Actor, now: datetime
) -> None:
    """Record that money was given back, or that it did not arrive. ``reason``: refund or refund_failed."""
    record(
        session,
        Event(
            OrderRefunded(number=payment.number, reason=reason),
            actor=actor,
            now=now,
            key=f"order_refunded:{reason}:{refund.id}",
            account_id=payment.company_id,
            value_minor=refund.amount_minor,
            currency=refund.currency,
            outcome="ok" if reason == "refund" else "system_error",
            links={"payment_id": payment.id},
        ),
    )


@fact(
    "refund_requested",
    stage="pay",
    task="administer",
    says="Began a refund",
    meaning="A refund was begun; `order_refunded` says when the money was given back",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequested(Touch):
    """A refund was begun; ``order_refunded`` says when the money was given back."""

    number: str | None = None


def record_refund_requested(
    session: Session, refund: Refund, payment: Payment, *, actor: Actor, now: datetime
) -> None:
    """Record who began a refund of how much."""
    record(
        session,
        Event(
            RefundRequested(number=payment.number),
            actor=actor,
            now=now,
            key=f"refund_requested:{refund.id}",
            account_id=payment.company_id,
            value_minor=refund.amount_minor,
            currency=refund.currency,
            links={"payment_id": payment.id},
        ),
    )


@fact(
    "refund_failure_acknowledged",
    stage="pay",
    task="administer",
    says="Saw to a refund that failed",
    meaning="Somebody has seen to a refund that did not arrive; it left the worklist",
    detail="document",
    told=False,
)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailureAcknowledged(Touch):
    """Somebody has seen to a refund that did not arrive; it left the worklist."""


def record_failure_acknowledged(session: Session, refund: Refund, *, actor: Actor, now: datetime) -> None:
    """Record who saw to a failed refund."""
    record(
        session,
        Event(
            RefundFailureAcknowledged(),
            actor=actor,
            now=now,
            key=f"refund_failure_acknowledged:{refund.id}",
            account_id=refund.company_id,
            value_minor=refund.amount_minor,
            currency=refund.currency,
            links={"payment_id": refund.payment_id},
        ),
    )
