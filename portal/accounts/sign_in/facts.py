"""Touchpoints of signing in and out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.foundation.actor import ANONYMOUS, Actor
from portal.touchpoints.kind import Touch, fact, view
from portal.touchpoints.recording import Event, record


@fact(
    "signed_in", stage="admin", task="administer", says="Signed in", meaning="A person signed in", icon="user"
)
@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Touch):
    """A person signed in."""

    method: str | None = None
    network: str | None = None


@fact(
    "signed_out",
    stage="admin",
    task="administer",
    says="Signed out",
    meaning="One or more sessions ended",
    icon="logout",
    told=False,
)
@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(Touch):
    """One or more sessions ended."""

    reason: str | None = None
    sessions: int | None = None
    method: str | None = None


@view(
    "sign_in_failed",
    stage="admin",
    task="administer",
    says="A sign-in failed",
    meaning="Address or password did not fit, a link was too old, or there were too many tries",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailed(Touch):
    """Address or password did not fit, a link was too old, or there were too many tries."""

    reason: str | None = None
    method: str | None = None
    network: str | None = None
    user_id: int | None = None


@fact(
    "password_changed",
    stage="admin",
    task="administer",
    says="Changed their password",
    meaning="A person chose a new password, with the old one or with a link; their other sessions ended",
    icon="lock",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Touch):
    """A person chose a new password, with the old one or with a link; their other sessions ended."""

    method: str | None = None
    user_id: int | None = None


@fact(
    "password_reset_requested",
    stage="admin",
    task="administer",
    says="Asked for a new password",
    meaning="Somebody asked for a link to choose a new password, and the address is known",
    icon="lock",
    told=False,
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRequested(Touch):
    """Somebody asked for a link to choose a new password, and the address is known."""

    user_id: int | None = None


def record_password_changed(
    session: Session, user: User, *, method: str, actor: Actor, now: datetime
) -> None:
    """Record a new password. ``method``: password or reset."""
    key = f"password_changed:{user.id}:{now.isoformat()}"
    record(session, Event(PasswordChanged(method=method, user_id=user.id), actor=actor, now=now, key=key))


def record_reset_requested(session: Session, user: User, *, link_id: int, now: datetime) -> None:
    """Record that a link for a new password was asked for, by nobody knows whom."""
    key = f"password_reset_requested:{link_id}"
    record(session, Event(PasswordResetRequested(user_id=user.id), actor=ANONYMOUS, now=now, key=key))
