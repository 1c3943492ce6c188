"""Touchpoints of order limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "rep_limit_changed",
    stage="admin",
    task="administer",
    says="Changed what sales reps may order alone",
    meaning="A company changed up to which amount reps order in somebody's name without approval",
    icon="users",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class RepLimitChanged(Touch):
    """A company changed what its reps may order alone; the value is the new limit, none for any amount."""

    minor_before: int | None = None


def record_rep_limit_changed(
    session: Session, company: Company, before: int | None, *, actor: Actor, now: datetime
) -> None:
    """Record the limit before and after."""
    after = company.rep_order_limit_minor
    record(
        session,
        Event(
            RepLimitChanged(minor_before=before),
            actor=actor,
            now=now,
            key=f"rep_limit_changed:{company.id}-{now.isoformat()}",
            account_id=company.id,
            value_minor=after,
            currency=company.currency if after is not None else None,
        ),
    )
