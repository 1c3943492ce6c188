"""Touchpoints of staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "account_created",
    stage="admin",
    task="administer",
    says="Created an account",
    meaning="A company or person exists",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCreated(Touch):
    """A company or person exists."""

    user_id: int | None = None
    role: str | None = None
    role_before: str | None = None
    action: str | None = None
    reason: str | None = None


def record_account_created(session: Session, user: User, *, actor: Actor, now: datetime) -> None:
    """Record that one of the seller's people was added."""
    fact = AccountCreated(user_id=user.id, role=user.kind)
    record(session, Event(fact, actor=actor, now=now, key=f"account_created:user-{user.id}"))
