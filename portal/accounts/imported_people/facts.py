"""Touchpoints of what files changed about people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.actors import actor_on_record
from portal.accounts.models import Membership, User
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "person_imported",
    stage="admin",
    task="administer",
    says="Changed a person from a file",
    meaning="A file of the seller's other system said something new of a person's role, limit or details",
    icon="users",
    detail="person",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonImported(Touch):
    """A file said something new of a person."""

    user_id: int | None = None
    role: str | None = None
    role_before: str | None = None
    fields: list[str] | None = None


def record_membership_imported(
    session: Session, membership: Membership, *, role_before: str, now: datetime
) -> None:
    """Record the role or limit that a file gave."""
    what = PersonImported(user_id=membership.user_id, role=membership.role, role_before=role_before)
    gives = f"{membership.role}-{membership.order_limit_minor}"
    key = f"person_imported:{membership.company_id}-{membership.user_id}:{gives}-{now.isoformat()}"
    who = actor_on_record("system", name="Import")
    record(session, Event(what, actor=who, now=now, key=key, account_id=membership.company_id))


def record_profile_imported(session: Session, user: User, changed: list[str], *, now: datetime) -> None:
    """Record which details of a person a file changed."""
    what = PersonImported(user_id=user.id, fields=changed)
    key = f"person_imported:{user.id}:{','.join(changed)}-{now.isoformat()}"
    who = actor_on_record("system", name="Import")
    record(session, Event(what, actor=who, now=now, key=key))
