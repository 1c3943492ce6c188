"""Taking a person's second factor away, when phone and recovery codes are lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_of
from portal.accounts.delegations.use_cases import end_delegations
from portal.accounts.models import User
from portal.accounts.second_factors.facts import SecondFactorChanged, record_change
from portal.accounts.second_factors.letters import mail_second_factor_reset
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.smtp.addresses import known_form


def reset_second_factor(session: Session, *, actor: Actor | None, user: User, now: datetime) -> User:
    """Take all second factors and recovery codes of a person away and end their sessions; the person is told by mail,
    and sets up a new one at the next sign-in where one is required.

    A company's administrators do it for people who work for their company alone, the seller's for everybody.

    :param actor: the administrator; None on the command line.
    :raises Rejected: if it is the actor, the person has none, or the person works for other companies, too.
    """
    if actor is not None and actor.user_id == user.id:
        message = "You can't reset your own second factor. Ask another administrator, or remove it on your account page."
        raise Rejected("oneself", message, field="email", outcome="denied")
    if user.second_factor_at is None:
        raise Rejected("no_factor", f"{user.name} has no second factor.", field="email")
    end_delegations(session, actor_user_id=user.id, now=now)
    if not session.scalar(select(func.forget_second_factor(user.id, now))):
        message = f"Only the seller can reset the second factor of {user.name}. Ask them to."
        raise Rejected("not_ours", message, outcome="denied")
    session.refresh(user)
    by = actor or actor_of(user)
    company_id = actor.company_id if actor else None
    change = SecondFactorChanged(action="reset", user_id=user.id)
    record_change(session, change, actor=by, now=now)
    mail_second_factor_reset(session, user, by=actor.name if actor else "", now=now, company_id=company_id)
    return user


def person_by_email(session: Session, email: str) -> User:
    """Anybody who signs in, by address.

    :raises NotFound: if nobody does with this address.
    """
    user = session.scalar(select(User).where(User.email == known_form(email)))
    if user is None:
        raise NotFound
    return user
