"""Browsers in which a person is signed in, and what a password is compared with."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Company, Membership, User, UserSession
from portal.accounts.sign_in.devices import device_name
from portal.foundation.actor import Actor

# Whoever comes next on a circle on which people are scattered by their ids (index ix_app_user_scattered).
_SOMEONE = text("""
(select password_hash from app_user where password_hash is not null and md5(id::text) >= :at order by md5(id::text) limit 1)
union all
(select password_hash from app_user where password_hash is not null order by md5(id::text) limit 1)
limit 1
""")


@dataclass(frozen=True)
class OpenSession:
    """A browser in which a person is signed in."""

    id: int
    device: str
    network: str
    created_at: datetime
    last_seen_at: datetime
    is_this: bool


def sessions_of(session: Session, actor: Actor, *, now: datetime, idle: timedelta) -> list[OpenSession]:
    """The actor's open sessions, this one first. One statement."""
    rows = session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == actor.user_id,
            UserSession.ended_at.is_(None),
            UserSession.expires_at > now,
            UserSession.last_seen_at > now - idle,
        )
        .order_by((UserSession.id == actor.session_id).desc(), UserSession.last_seen_at.desc())
        .limit(50)
    ).all()
    return [_open_session(row, actor) for row in rows]


def _open_session(row: UserSession, actor: Actor) -> OpenSession:
    return OpenSession(
        id=row.id,
        device=device_name(row.user_agent),
        network=row.network,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        is_this=row.id == actor.session_id,
    )


def someones_hash(session: Session, email: str, secret: str) -> str | None:
    """The stored hash whose parameters an address without one is verified by; None while there is none. One statement.

    Always the same for an address, and spread as the parameters in use are: an address cannot be told by its work.
    """
    at = hmac.digest(secret.encode(), f"no such person: {email}".encode(), "sha256").hex()[:32]
    found: str | None = session.scalar(_SOMEONE, {"at": at})
    return found


def user_id_of(session: Session, email: str) -> int | None:
    """Whose address it is; None if nobody's. One statement."""
    return session.scalar(select(User.id).where(User.email == email))


def names_around(session: Session, user: User) -> list[str]:
    """What others would try first as a person's password: the names of the person and of their companies. One statement."""
    companies: Sequence[str] = session.scalars(
        select(Company.name)
        .join(Membership, Membership.company_id == Company.id)
        .where(Membership.user_id == user.id)
    ).all()
    return [user.name, *companies]
