"""Touchpoints of delegations."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


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
