"""Touchpoints of saved methods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "payment_info_entered",
    stage="purchase",
    task="order",
    says="Gave payment details",
    meaning="Terms or a means of payment were chosen, saved or given up",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentInfoEntered(Touch):
    """Terms or a means of payment were chosen, saved or given up."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None
    action: str | None = None


def record_method(
    session: Session, *, kind: str, action: str, key: str, company_id: int, actor: Actor, now: datetime
) -> None:
    """Record that a method was saved or removed.

    :param kind: card, us_bank_account.
    :param key: names the fact within its kind.
    """
    event = Event(
        PaymentInfoEntered(method=kind, action=action),
        actor=actor,
        now=now,
        key=f"payment_info_entered:{key}",
        account_id=company_id,
    )
    record(session, event)
