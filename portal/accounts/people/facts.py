"""Touchpoints of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Membership
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Change, Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "account_added_user",
    stage="admin",
    task="administer",
    says="Added or changed a person",
    meaning="A person belongs to a company, or their role or access changed",
    icon="users",
    detail="change",
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
    before: list[str] | None = None
    after: list[str] | None = None


@fact(
    "acting_consent_changed",
    stage="admin",
    task="administer",
    says="Changed whether sales reps may act for the company",
    meaning="Whether our reps may work inside a company's account was allowed or withdrawn",
    icon="users",
    actions={
        "allowed": "Allowed sales reps to act for the company",
        "withdrawn": "No longer allows sales reps to act for the company",
    },
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ActingConsentChanged(Touch):
    """Whether our reps may work inside a company's account was allowed or withdrawn."""

    action: str | None = None
    before: list[str] | None = None
    after: list[str] | None = None


def record_acting_consent_changed(
    session: Session, company_id: int, change: Change, *, actor: Actor, now: datetime
) -> None:
    """Record that a company allows our reps to act for it, or no longer does."""
    allowed = bool(change.after["allowed"])
    what = ActingConsentChanged(
        action="allowed" if allowed else "withdrawn", before=change.was, after=change.becomes
    )
    key = f"acting_consent_changed:{company_id}:{now.isoformat()}"
    record(session, Event(what, actor=actor, now=now, key=key, account_id=company_id))


def record_person_changed(
    session: Session,
    actor: Actor,
    membership: Membership,
    action: str,
    *,
    version: str,
    now: datetime,
    change: Change | None = None,
) -> None:
    """Record that a person joined a company, or what was changed of theirs there.

    :param version: tells repeated changes of one person apart.
    :param change: values before and after.
    """
    fact = AccountAddedUser(
        user_id=membership.user_id,
        role=membership.role,
        action=action,
        before=change.was if change else None,
        after=change.becomes if change else None,
    )
    what = f"{membership.company_id}-{membership.user_id}:{action}-{version}"
    record(
        session,
        Event(fact, actor=actor, now=now, key=f"account_added_user:{what}", account_id=membership.company_id),
    )
