"""Signing out, here or in other browsers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.sign_in.facts import SignedOut
from portal.accounts.sign_in.use_cases.sessions import end_sessions
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from portal.touchpoints.recording import Event, record


def sign_out(session: Session, *, actor: Actor, now: datetime) -> None:
    """End the actor's session; a copy of its cookie stops working. Its delegation ends too."""
    if actor.session_id is None:
        return
    end_sessions(session, user_id=actor.user_id, only=actor.session_id, now=now)
    _record_sign_out(session, actor, f"{actor.session_id}", SignedOut(reason="own_choice", sessions=1), now)


def sign_out_elsewhere(
    session: Session, *, actor: Actor, now: datetime, session_id: int | None = None
) -> int:
    """End another session of the actor's, or all others. Returns how many ended.

    :raises NotFound: if the given session is not the actor's or has ended.
    """
    ended = end_sessions(session, user_id=actor.user_id, only=session_id, but=actor.session_id, now=now)
    if session_id is not None and ended == 0:
        raise NotFound
    if ended:
        key = f"{session_id}" if session_id else f"others-{actor.session_id}-{now.isoformat()}"
        _record_sign_out(session, actor, key, SignedOut(reason="elsewhere", sessions=ended), now)
    return ended


def _record_sign_out(session: Session, actor: Actor, what: str, fact: SignedOut, now: datetime) -> None:
    key = f"signed_out:{what}"
    record(session, Event(fact, actor=actor, now=now, key=key, account_id=actor.company_id))
