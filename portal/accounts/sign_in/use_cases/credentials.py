"""Choosing a password: with the current one, or with a link sent by mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_of
from portal.accounts.models import ResetRequest, User
from portal.accounts.sign_in import passwords
from portal.accounts.sign_in.facts import record_password_changed, record_reset_requested
from portal.accounts.sign_in.guessable import check_quality
from portal.accounts.sign_in.letters import mail_password_changed, mail_password_reset
from portal.accounts.sign_in.links import reset_link
from portal.accounts.sign_in.queries import names_around
from portal.accounts.sign_in.use_cases.guesses import ADDRESS, Bucket, forget
from portal.accounts.sign_in.use_cases.one_time import RESET, DeadLink, consume_link, issue_link, void_links
from portal.accounts.sign_in.use_cases.sessions import end_sessions
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.jobs import MAIL, JobName, defer

MINUTE = timedelta(minutes=1)
REQUEST_RESET = JobName("sign_in.request_reset", MAIL)


def queue_reset(session: Session, *, email: str, now: datetime) -> None:
    """Have a link for a new password sent, if there is such a person. Whether there is, the worker finds out: here the
    same is done for every address, in the same time."""
    asked = ResetRequest(email=email, at=now)
    session.add(asked)
    session.flush()
    defer(session, REQUEST_RESET, {"request_id": asked.id})


def answer_reset_request(session: Session, *, request_id: int, public_url: str, now: datetime) -> None:
    """Do what was asked for, once; the request is gone after that."""
    asked = session.get(ResetRequest, request_id, with_for_update=True)
    if asked is not None:
        session.delete(asked)
        request_reset(session, email=asked.email, public_url=public_url, now=now)


def request_reset(session: Session, *, email: str, public_url: str, now: datetime) -> None:
    """Send a link for a new password, if there is such a person. Links of earlier mails work on until one is used: who
    asks for somebody else's cannot make the one useless that they are about to follow."""
    user = session.scalar(select(User).where(User.email == email, User.disabled_at.is_(None)))
    if user is None:
        return
    issued = issue_link(session, purpose=RESET, user_id=user.id, now=now)
    link = reset_link(public_url, issued.token)
    minutes = issued.lifetime // MINUTE
    record_reset_requested(session, user, link_id=issued.id, now=now)
    mail_password_reset(session, user, link=link, minutes=minutes, token_id=issued.id)


def reset_password(
    session: Session, *, token: str, password: str, now: datetime, sellers: Iterable[str] = ()
) -> User:
    """Choose a new password with a link. All of the person's sessions end.

    :param sellers: the seller's names, which make no good password.
    :raises DeadLink: if the link has been used or has expired.
    :raises Rejected: if the password is weak; the link then stays usable.
    """
    row = consume_link(session, purpose=RESET, token=token, now=now)
    user = session.get_one(User, row.user_id)
    if user.disabled_at is not None:
        raise DeadLink
    set_password(session, user=user, password=password, now=now, sellers=sellers)
    forget(session, [Bucket(ADDRESS, user.email)])
    record_password_changed(session, user, method="reset", actor=actor_of(user), now=now)
    mail_password_changed(session, user, now)
    return user


def change_password(
    session: Session, *, actor: Actor, current: str, password: str, now: datetime, sellers: Iterable[str] = ()
) -> None:
    """Choose a new password with the current one. The person's other sessions end.

    :param sellers: the seller's names, which make no good password.
    :raises Rejected: if the current one is wrong or the new one is weak.
    """
    user = session.get_one(User, actor.user_id)
    if not passwords.verify(user.password_hash, current):
        raise Rejected(
            "wrong_password", "That is not your current password.", field="current", outcome="denied"
        )
    keep = actor.session_id
    set_password(session, user=user, password=password, now=now, keep_session=keep, sellers=sellers)
    record_password_changed(session, user, method="password", actor=actor, now=now)
    mail_password_changed(session, user, now)


def set_password(
    session: Session,
    *,
    user: User,
    password: str,
    now: datetime,
    keep_session: int | None = None,
    sellers: Iterable[str] = (),
) -> None:
    """Store a good password and end the person's sessions, except ``keep_session``; reset links are voided too.

    :raises Rejected: if the password is weak.
    """
    check_quality(password, email=user.email, names=[*names_around(session, user), *sellers])
    user.password_hash = passwords.hash_password(password)
    void_links(session, purpose=RESET, user_id=user.id, now=now)
    end_sessions(session, user_id=user.id, but=keep_session, now=now)
