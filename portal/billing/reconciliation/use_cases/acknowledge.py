"""A difference that somebody has looked into is closed with a reason, and counts no longer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.stripe_facts import Discrepancy
from portal.billing.reconciliation.facts import record_difference_acknowledged
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected

SHORTEST, LONGEST = 5, 300
COMMAND_LINE = "the command line"


def acknowledge_difference(
    session: Session, *, actor: Actor | None, key: str, reason: str, now: datetime
) -> Discrepancy:
    """Close an open difference with a reason. It is listed again only if it says something else later.

    :param actor: None for whoever runs the command.
    :raises NotFound: if the actor lacks the permission, or there is no such open difference.
    :raises Rejected: ``reason``.
    """
    if actor is not None and not actor.can("billing:manage"):
        raise NotFound
    found = session.scalars(
        select(Discrepancy).where(Discrepancy.key == key, Discrepancy.settled_at.is_(None)).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound
    said = reason.strip()
    if not SHORTEST <= len(said) <= LONGEST:
        problem = f"Say in {SHORTEST} to {LONGEST} characters why it may stay as it is."
        raise Rejected("reason", problem, field="reason")
    if found.acknowledged_at is None:
        found.acknowledged_at, found.acknowledged_reason = now, said
        found.acknowledged_by_name = actor.name if actor else COMMAND_LINE
        record_difference_acknowledged(session, found, actor=actor, now=now)
    return found
