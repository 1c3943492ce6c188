"""Touchpoints of invitations."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact(
    "invite_sent",
    stage="admin",
    task="administer",
    says="Sent an invitation",
    meaning="A person was invited, or sent a link to set a password",
    icon="mail",
    detail="person",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class InviteSent(Touch):
    """A person was invited, or sent a link to set a password."""

    user_id: int | None = None
    role: str | None = None
    role_before: str | None = None
    action: str | None = None
    reason: str | None = None
    purpose: str | None = None
