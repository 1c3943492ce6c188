"""Touchpoints of second factors. None of them holds a code, a key or a secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact, view
from portal.touchpoints.recording import Event, record


@fact(
    "second_factor_changed",
    stage="admin",
    task="administer",
    says="Changed a second factor",
    meaning="A person has a passkey, an app or recovery codes more or fewer, or an administrator took all of them away",
    icon="lock",
    actions={
        "added": "Added a second factor",
        "removed": "Removed a second factor",
        "codes_renewed": "Made new recovery codes",
        "reset": "Reset somebody's second factor",
    },
)
@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorChanged(Touch):
    """A person has a passkey, an app or recovery codes more or fewer, or an administrator took all of them away."""

    action: str | None = None
    method: str | None = None
    user_id: int | None = None


@fact(
    "second_factor_used",
    stage="admin",
    task="administer",
    says="Proved who they are",
    meaning="A person proved who they are with a second factor, or confirmed with the password",
    icon="lock",
    told=False,
)
@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorUsed(Touch):
    """A person proved who they are with a second factor, or confirmed with the password."""

    method: str | None = None
    purpose: str | None = None


@view(
    "second_factor_failed",
    stage="admin",
    task="administer",
    says="A proof failed",
    meaning="A code or passkey did not fit, was used before, or there were too many tries",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorFailed(Touch):
    """A code or passkey did not fit, was used before, or there were too many tries."""

    reason: str | None = None
    method: str | None = None
    purpose: str | None = None
    user_id: int | None = None


@fact(
    "second_factor_policy_changed",
    stage="admin",
    task="administer",
    says="Changed whether a second factor is required",
    meaning="A company's administrator requires a second factor of everybody, or no longer",
    icon="lock",
    actions={
        "required": "Required a second factor of everybody",
        "optional": "No longer required a second factor",
    },
)
@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorPolicyChanged(Touch):
    """A company's administrator requires a second factor of everybody, or no longer."""

    action: str | None = None


def record_change(
    session: Session, fact: SecondFactorChanged, *, actor: Actor, now: datetime, account_id: int | None = None
) -> None:
    """Record what was added, removed or reset."""
    key = f"second_factor_changed:{fact.user_id}:{fact.action}-{fact.method}-{now.isoformat()}"
    record(session, Event(fact, actor=actor, now=now, key=key, account_id=account_id or actor.company_id))


def record_use(session: Session, fact: SecondFactorUsed, *, actor: Actor, now: datetime) -> None:
    """Record that a person proved who they are."""
    key = f"second_factor_used:{actor.user_id}:{fact.purpose}-{now.isoformat()}"
    record(session, Event(fact, actor=actor, now=now, key=key, account_id=actor.company_id))


def record_policy(session: Session, *, actor: Actor, required: bool, now: datetime) -> None:
    """Record that a company requires a second factor, or no longer."""
    fact = SecondFactorPolicyChanged(action="required" if required else "optional")
    key = f"second_factor_policy_changed:{actor.company_id}:{now.isoformat()}"
    record(session, Event(fact, actor=actor, now=now, key=key, account_id=actor.company_id))
