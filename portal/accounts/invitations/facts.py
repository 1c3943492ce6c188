"""Touchpoints of invitations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "invite_sent",
    stage="admin",
    task="administer",
    says="Sent an invitation",
    meaning="A person was invited, or sent a link to set a password",
    icon="mail",
    detail="person",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class InviteSent(Touch):
    """A person was invited, or sent a link to set a password."""

    user_id: int | None = None
    role: str | None = None
    role_before: str | None = None
    action: str | None = None
    reason: str | None = None
    purpose: str | None = None


def record_invite_sent(
    session: Session, user: User, *, role: str, actor: Actor, link_id: int, now: datetime
) -> None:
    """Record that a person was sent an invitation, to the actor's company or to the seller's staff."""
    record(
        session,
        Event(
            InviteSent(user_id=user.id, role=role, purpose="invitation"),
            actor=actor,
            now=now,
            key=f"invite_sent:{link_id}",
            account_id=actor.company_id,
        ),
    )
