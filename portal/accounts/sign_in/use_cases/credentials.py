"""Choosing a password: with the current one, or with a link sent by mail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.sign_in import passwords
from portal.accounts.sign_in.links import reset_link
from portal.accounts.sign_in.use_cases import one_time, sessions
from portal.accounts.sign_in.use_cases import throttle as throttling
from portal.foundation import mail
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected


def request_reset(session: Session, *, email: str, public_url: str, now: datetime) -> None:
    """Send a link for a new password, if there is such a person. The caller says the same either way."""
    user = session.scalar(select(User).where(User.email == email, User.disabled_at.is_(None)))
    if user is None:
        return
    token, row = one_time.issue(session, purpose=one_time.RESET, user_id=user.id, now=now)
    mail.post(
        session,
        key=f"password_reset:{row.id}",
        kind="password_reset",
        to_email=user.email,
        to_name=user.name,
        language=user.language,
        data={"name": user.name, "link": reset_link(public_url, token), "minutes": 60, "secret": True},
    )


def reset_password(session: Session, *, token: str, password: str, now: datetime) -> User:
    """Choose a new password with a link. All of the person's sessions end.

    :raises Rejected: the link is used or old, or the password is weak (the link then stays good).
    """
    row = one_time.consume(session, purpose=one_time.RESET, token=token, now=now)
    user = session.get_one(User, row.user_id)
    if user.disabled_at is not None:
        raise Rejected("dead_link", one_time.DEAD_LINK, outcome="denied")
    set_password(session, user=user, password=password, now=now)
    throttling.forgive(session, limit=throttling.SIGN_IN, email=user.email)
    _announce(session, user, now)
    return user


def change_password(session: Session, *, actor: Actor, current: str, password: str, now: datetime) -> None:
    """Choose a new password with the current one. The person's other sessions end.

    :raises Rejected: the current one is wrong, or the new one is weak.
    """
    user = session.get_one(User, actor.user_id)
    if not passwords.verify(user.password_hash, current):
        raise Rejected(
            "wrong_password", "That is not your current password.", field="current", outcome="denied"
        )
    set_password(session, user=user, password=password, now=now, keep_session=actor.session_id)
    throttling.forgive(session, limit=throttling.SIGN_IN, email=user.email)
    _announce(session, user, now)


def set_password(
    session: Session, *, user: User, password: str, now: datetime, keep_session: int | None = None
) -> None:
    """Store a good password and end the person's sessions, but perhaps one; links for a new password die too.

    :raises Rejected: the password is weak.
    """
    passwords.check_quality(password, email=user.email)
    user.password_hash = passwords.hash_password(password)
    one_time.void(session, purpose=one_time.RESET, user_id=user.id, now=now)
    sessions.end(session, user_id=user.id, but=keep_session, now=now)


def _announce(session: Session, user: User, now: datetime) -> None:
    mail.post(
        session,
        key=f"password_changed:{user.id}:{now.isoformat()}",
        kind="password_changed",
        to_email=user.email,
        to_name=user.name,
        language=user.language,
        data={"name": user.name, "at": now.isoformat(timespec="minutes"), "time_zone": user.time_zone},
    )
