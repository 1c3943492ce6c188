"""Touchpoints of people."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact(
    "account_added_user",
    stage="admin",
    task="administer",
    says="Added or changed a person",
    meaning="A person belongs to a company, or their role or access changed",
    icon="users",
    detail="person",
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
