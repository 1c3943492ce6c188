"""Touchpoints of staff."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


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
