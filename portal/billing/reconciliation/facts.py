"""The touchpoint of a difference between the books and Stripe that somebody has looked into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.stripe_facts import Discrepancy
from portal.foundation.actor import SYSTEM, Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "difference_acknowledged",
    stage="pay",
    task="administer",
    says="Acknowledged a difference to Stripe",
    meaning="Somebody looked into a difference between the books and Stripe and closed it with a reason",
    told=False,
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceAcknowledged(Touch):
    """Somebody looked into a difference between the books and Stripe and closed it with a reason."""

    code: str | None = None


def record_difference_acknowledged(
    session: Session, found: Discrepancy, *, actor: Actor | None, now: datetime
) -> None:
    """Record who closed a difference; ``actor``: None for whoever ran the command."""
    what = DifferenceAcknowledged(code=found.kind)
    key = f"difference_acknowledged:{found.key}:{now.isoformat()}"
    record(session, Event(what, actor=actor or SYSTEM, now=now, key=key, account_id=found.company_id))
