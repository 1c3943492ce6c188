"""A company's people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User, UserSession
from portal.foundation.errors import NotFound


@dataclass(frozen=True)
class PersonRow:
    """A person in a company. Of somebody only invited nothing but the address is shown: the rest is
    theirs until they join."""

    id: int
    name: str
    email: str
    phone: str | None
    role: str
    state: str  # active, invited, disabled
    last_seen_at: datetime | None


def people_of(session: Session, company_id: int) -> list[PersonRow]:
    """Everybody with a membership in the company, active ones first. One statement."""
    last_seen = (
        select(func.max(UserSession.last_seen_at))
        .where(UserSession.user_id == User.id, UserSession.company_id == company_id)
        .scalar_subquery()
    )
    found = session.execute(
        select(User, Membership.role, Membership.disabled_at, Membership.invited_at, last_seen.label("seen"))
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.company_id == company_id)
        .order_by(Membership.disabled_at.is_not(None), func.lower(User.name), User.id)
    ).all()
    return [_row(*each) for each in found]


def _row(
    user: User, role: str, disabled: datetime | None, invited: datetime | None, seen: datetime | None
) -> PersonRow:
    if invited is not None:
        return PersonRow(user.id, user.email, user.email, None, role, "invited", None)
    state = "active" if disabled is None and user.disabled_at is None else "disabled"
    return PersonRow(user.id, user.name, user.email, user.phone, role, state, seen)


def person(session: Session, id: int | None) -> User:
    """A person by id.

    :raises NotFound: when there is none.
    """
    user = session.get(User, id) if id is not None else None
    if user is None:
        raise NotFound
    return user
