"""Touchpoints of staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Change, Touch, fact
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


@fact(
    "staff_access_changed",
    stage="admin",
    task="administer",
    says="Changed the access of one of our people",
    meaning="One of the seller's people was locked out, or let in again",
    icon="lock",
    detail="change",
    told=False,
)
@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAccessChanged(Touch):
    """One of the seller's people was locked out, or let in again."""

    user_id: int | None = None
    before: list[str] | None = None
    after: list[str] | None = None


@fact(
    "rep_assignment_changed",
    stage="admin",
    task="administer",
    says="Changed who looks after the account",
    meaning="A sales rep began or ceased to look after a company",
    icon="users",
    detail="change",
    actions={"assigned": "Got a sales rep", "unassigned": "No longer has this sales rep"},
)
@dataclass(frozen=True, slots=True, kw_only=True)
class RepAssignmentChanged(Touch):
    """A sales rep began or ceased to look after a company."""

    user_id: int | None = None
    action: str | None = None


def record_staff_access_changed(
    session: Session, user: User, change: Change, *, actor: Actor, now: datetime
) -> None:
    """Record that one of the seller's people was locked out, or let in again."""
    fact = StaffAccessChanged(user_id=user.id, before=change.was, after=change.becomes)
    key = f"staff_access_changed:{user.id}:{now.isoformat()}"
    record(session, Event(fact, actor=actor, now=now, key=key))


def record_assignment_changed(
    session: Session, rep_id: int, company_id: int, action: str, *, actor: Actor, now: datetime
) -> None:
    """Record that a rep began (``assigned``) or ceased (``unassigned``) to look after a company."""
    fact = RepAssignmentChanged(user_id=rep_id, action=action)
    key = f"rep_assignment_changed:{rep_id}-{company_id}:{action}-{now.isoformat()}"
    record(session, Event(fact, actor=actor, now=now, key=key, account_id=company_id))
