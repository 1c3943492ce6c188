"""How sure a session is of its person: when they last proved who they are, and with what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from portal.accounts.models import UserSession
from portal.accounts.second_factors.facts import SecondFactorUsed, record_use
from portal.accounts.second_factors.use_cases.proofs import PASSWORD
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.tokens import new_token, token_hash


def confirm_session(session: Session, *, actor: Actor, method: str, purpose: str, now: datetime) -> str:
    """Remember that the person has just proved who they are, under a new token for the cookie: whoever copied the
    earlier one does not rise with them. Returns the token.

    :param method: how it was proved; everything but the password is a second factor.
    :raises Rejected: if the session has ended meanwhile.
    """
    token = new_token()
    values: dict[str, object] = {"token_hash": token_hash(token), "confirmed_at": now}
    if method != PASSWORD:
        values["second_factor_at"] = func.coalesce(UserSession.second_factor_at, now)
    changed = session.scalar(
        update(UserSession)
        .where(
            UserSession.id == actor.session_id,
            UserSession.user_id == actor.user_id,
            UserSession.ended_at.is_(None),
        )
        .values(values)
        .returning(UserSession.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise Rejected("session_over", "Your session has ended. Sign in again.", outcome="denied")
    record_use(session, SecondFactorUsed(method=method, purpose=purpose), actor=actor, now=now)
    return token


def mark_second_factor(session: Session, *, actor: Actor, now: datetime) -> None:
    """Remember that the session's person has a second factor at hand: they have just set one up."""
    session.execute(
        update(UserSession)
        .where(UserSession.id == actor.session_id, UserSession.user_id == actor.user_id)
        .values(confirmed_at=now, second_factor_at=func.coalesce(UserSession.second_factor_at, now))
        .execution_options(synchronize_session=False)
    )
