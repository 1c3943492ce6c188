"""Touchpoints of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Membership
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "account_added_user",
    stage="admin",
    task="administer",
    says="Added or changed a person",
    meaning="A person belongs to a company, or their role or access changed",
    icon="users",
    detail="person",
    actions={
        "joined": "Joined",
        "role_changed": "Changed a role",
        "disabled": "Closed somebody's access",
        "enabled": "Opened somebody's access again",
        "limit_changed": "Changed what somebody may order alone",
    },
)
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAddedUser(Touch):
    """A person belongs to a company, or their role or access changed."""

    user_id: int | None = None
    role: str | None = None
    role_before: str | None = None
    action: str | None = None
    reason: str | None = None


def record_person_changed(
    session: Session, actor: Actor, membership: Membership, action: str, *, version: str, now: datetime
) -> None:
    """Record that a person joined a company, or what was changed of theirs there.

    :param version: tells repeated changes of one person apart.
    """
    what = f"{membership.company_id}-{membership.user_id}:{action}-{version}"
    record(
        session,
        Event(
            AccountAddedUser(user_id=membership.user_id, role=membership.role, action=action),
            actor=actor,
            now=now,
            key=f"account_added_user:{what}",
            account_id=membership.company_id,
        ),
    )
