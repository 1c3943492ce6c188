"""The seller's own people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from portal.accounts.models import Company, OneTimeToken, RepAssignment, User, UserSession
from portal.foundation.actor import STAFF_KINDS
from portal.foundation.errors import NotFound
from portal.foundation.mail import OutboundMail


@dataclass(frozen=True)
class StaffRow:
    """One of the seller's people in a list."""

    id: int
    name: str
    email: str
    kind: str
    store_id: int | None
    state: str  # active, invited, disabled
    companies: int  # assigned to a rep
    last_seen_at: datetime | None


_LAST_SEEN = select(func.max(UserSession.last_seen_at)).where(UserSession.user_id == User.id)
_COMPANIES = select(func.count()).select_from(RepAssignment).where(RepAssignment.user_id == User.id)


def staff_list(session: Session) -> list[StaffRow]:
    """Everybody on the seller's side, active ones first. One statement."""
    found = session.execute(
        select(User, _COMPANIES.scalar_subquery(), _LAST_SEEN.scalar_subquery())
        .where(User.kind.in_(STAFF_KINDS))
        .options(undefer(User.password_hash))
        .order_by(User.disabled_at.is_not(None), func.lower(User.name), User.id)
    ).all()
    return [_row(*each) for each in found]


def unsent_invitation(session: Session, user: User) -> str:
    """Why the mail with the newest invitation could not be sent; empty if it was. One statement."""
    newest = select(func.max(OneTimeToken.id)).where(
        OneTimeToken.purpose == "invitation",
        OneTimeToken.user_id == user.id,
        OneTimeToken.company_id.is_(None),
    )
    key = func.concat("invitation:", newest.scalar_subquery())
    return session.scalar(select(OutboundMail.failure).where(OutboundMail.key == key)) or ""


def administrators(session: Session) -> Sequence[User]:
    """The seller's administrators who can sign in, to be written to. One statement."""
    return session.scalars(
        select(User)
        .where(User.kind == "admin", User.disabled_at.is_(None), User.password_hash.is_not(None))
        .order_by(User.id)
    ).all()


def _row(user: User, companies: int, last_seen_at: datetime | None) -> StaffRow:
    return StaffRow(
        id=user.id,
        name=user.name,
        email=user.email,
        kind=user.kind,
        store_id=user.store_id,
        state=state_of(user),
        companies=companies,
        last_seen_at=last_seen_at,
    )


def state_of(user: User) -> str:
    """active, invited (no password chosen yet) or disabled."""
    if user.disabled_at is not None:
        return "disabled"
    return "active" if user.password_hash else "invited"


def staff_member(session: Session, id: int) -> User:
    """One of the seller's people.

    :raises NotFound: if there is none, or it is a customer's person.
    """
    wanted = select(User).where(User.id == id, User.kind.in_(STAFF_KINDS))
    user = session.scalar(wanted.options(undefer(User.password_hash)))
    if user is None:
        raise NotFound
    return user


def assigned_to(session: Session, rep_id: int) -> Sequence[Company]:
    """Companies a rep looks after, by name."""
    return session.scalars(
        select(Company)
        .join(RepAssignment, RepAssignment.company_id == Company.id)
        .where(RepAssignment.user_id == rep_id)
        .order_by(Company.name, Company.id)
    ).all()
