"""The touchpoint of somebody who looked at too much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.lookups.rules import begin_of_hour
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "lookups_refused",
    stage="admin",
    task="administer",
    says="Was refused further look-ups",
    meaning="A member of staff opened more pages with customers' data than one person needs; administrators were told",
    icon="lock",
    tone="bad",
    told=False,
)
@dataclass(frozen=True, slots=True, kw_only=True)
class LookupsRefused(Touch):
    """A member of staff opened more pages with customers' data than one person needs; administrators were told."""

    results: int | None = None
    reason: str | None = None


def record_lookups_refused(
    session: Session, actor: Actor, *, looked: int, for_the_hour: bool, now: datetime
) -> None:
    """Record the first refusal of an hour.

    :param looked: pages opened since the hour began.
    """
    fact = LookupsRefused(results=looked, reason="hour" if for_the_hour else "minute")
    key = f"lookups_refused:{actor.user_id}-{begin_of_hour(now).isoformat()}"
    record(session, Event(fact, actor=actor, now=now, key=key, outcome="denied", error_code="429"))
