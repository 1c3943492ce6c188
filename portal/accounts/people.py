"""A person as an actor, outside the request that their session would give them."""

from __future__ import annotations

from portal.accounts.models import Company, User
from portal.accounts.roles import permissions_for
from portal.foundation.actor import Actor


def actor_of(
    user: User, company: Company | None = None, role: str | None = None, *, session_id: int | None = None
) -> Actor:
    """The actor that a person is in a company with a role there (staff: neither)."""
    return Actor(
        user_id=user.id,
        kind=user.kind,
        name=user.name,
        email=user.email,
        company_id=company.id if company else None,
        company_name=company.name if company else "",
        role=role,
        permissions=permissions_for(user.kind, role, acting=False),
        store_id=user.store_id,
        time_zone=user.time_zone,
        language=user.language,
        session_id=session_id,
    )
