"""Touchpoints of signing in and out."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact, view


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
