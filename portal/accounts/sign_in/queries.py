"""Browsers in which a person is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import UserSession
from portal.accounts.sign_in.devices import device_name
from portal.foundation.actor import Actor


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
