"""Touchpoints of a company's credit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "credit_use_changed",
    stage="pay",
    task="administer",
    says="Changed whether credit is used first",
    meaning="A company's credit is used before anything is charged from now on, or is left to people",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CreditUseChanged(Touch):
    """A company's credit is used before anything is charged from now on, or is left to people."""

    action: str | None = None


def record_credit_use_changed(
    session: Session, company_id: int, *, on: bool, actor: Actor, now: datetime
) -> None:
    """Record that a company wants its credit used first, or by hand."""
    what = CreditUseChanged(action="first" if on else "by_hand")
    key = f"credit_use_changed:{company_id}:{now.isoformat()}"
    record(session, Event(what, actor=actor, now=now, key=key, account_id=company_id))
