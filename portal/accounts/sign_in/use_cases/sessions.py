"""Ending sessions, each with the delegation that it holds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from portal.accounts.delegations.use_cases import end_delegations
from portal.accounts.models import UserSession
from portal.foundation.tokens import token_hash


def end_session_of_token(session: Session, *, token: str, now: datetime) -> None:
    """End the session behind a cookie, if there is one."""
    _end(session, [UserSession.token_hash == token_hash(token)], now)


def end_sessions(
    session: Session, *, user_id: int | None, now: datetime, only: int | None = None, but: int | None = None
) -> int:
    """End a person's sessions: all, ``only`` one, or all ``but`` one. Returns how many were open."""
    wanted = [UserSession.user_id == user_id]
    if only is not None:
        wanted.append(UserSession.id == only)
    if but is not None:
        wanted.append(UserSession.id != but)
    return _end(session, wanted, now)


def _end(session: Session, wanted: list[ColumnElement[bool]], now: datetime) -> int:
    ended = session.execute(
        update(UserSession)
        .where(*wanted, UserSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(UserSession.delegation_id)
        .execution_options(synchronize_session=False)
    ).scalars()
    delegations = list(ended)
    held = [number for number in delegations if number is not None]
    if held:
        end_delegations(session, ids=held, now=now)
    return len(delegations)
