"""Touchpoints of delegations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.accounts.delegations.rules import LONGEST
from portal.accounts.models import Delegation
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record

MINUTE = timedelta(minutes=1)


@fact(
    "delegation_started",
    stage="admin",
    task="administer",
    says="Began to act for a customer",
    meaning="A rep went into a customer's account, with a reason",
    icon="users",
    tone="info",
    detail="minutes",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationStarted(Touch):
    """A rep went into a customer's account, with a reason."""

    minutes: int | None = None
    subject_user_id: int | None = None
    reason: str | None = None


@fact(
    "delegation_ended",
    stage="admin",
    task="administer",
    says="Stopped acting for a customer",
    meaning="A rep left a customer's account",
    icon="users",
    tone="info",
    detail="minutes",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationEnded(Touch):
    """A rep left a customer's account."""

    minutes: int | None = None
    subject_user_id: int | None = None
    reason: str | None = None


def record_delegation_started(session: Session, delegation: Delegation, *, rep: Actor) -> None:
    """Record that the rep went into the customer's account."""
    started = DelegationStarted(subject_user_id=delegation.subject_user_id, minutes=LONGEST // MINUTE)
    _record_delegation(session, started, rep, delegation, delegation.started_at)


def record_delegation_ended(session: Session, delegation: Delegation, *, rep: Actor, now: datetime) -> None:
    """Record the end of a delegation: the rep left, or its hour was over."""
    ended_at = delegation.ended_at or now
    fact = DelegationEnded(
        subject_user_id=delegation.subject_user_id,
        minutes=(ended_at - delegation.started_at) // MINUTE,
        reason="ended" if ended_at < delegation.expires_at else "expired",
    )
    _record_delegation(session, fact, rep, delegation, ended_at)


def _record_delegation(
    session: Session, fact: Touch, rep: Actor, delegation: Delegation, now: datetime
) -> None:
    inside = replace(
        rep,
        company_id=delegation.company_id,
        delegation_id=delegation.id,
        acting_for_user_id=delegation.subject_user_id,
        reason=delegation.reason,
    )
    key = f"{fact.kind.name}:{delegation.id}"
    record(session, Event(fact, actor=inside, now=now, key=key, account_id=delegation.company_id))
