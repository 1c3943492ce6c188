"""Delegations: a rep works inside a customer's account, with a reason, for an hour at most, on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, text, update
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_of
from portal.accounts.delegations.facts import record_delegation_ended, record_delegation_started
from portal.accounts.delegations.queries import assigned_company
from portal.accounts.delegations.rules import LONGEST, checked_reason
from portal.accounts.models import Company, Delegation, Membership, User, UserSession
from portal.accounts.sight import standing_in
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected


def start_acting(
    session: Session, *, actor: Actor, code: str, subject_user_id: int | None, reason: str, now: datetime
) -> Delegation:
    """Let the rep work inside one of their assigned companies on behalf of one of its active people.

    An earlier delegation ends first. The customer's own drafts are not touched: the rep gets drafts of their own.

    :raises NotFound: if there is no such company, or the rep does not look after it.
    :raises Rejected: without consent, without a reason, without a person to act for, or without a second factor
        where the company requires one.
    """
    company = assigned_company(session, actor, code)
    _check_consent(company)
    _check_second_factor(session, company, actor)
    reason = checked_reason(reason)
    subject = _subject(session, company, subject_user_id)
    end_delegations(session, actor_user_id=actor.user_id, now=now)
    delegation = Delegation(
        actor_user_id=actor.user_id,
        subject_user_id=subject.id,
        company_id=company.id,
        reason=reason,
        started_at=now,
        expires_at=now + LONGEST,
    )
    _begin(session, actor, delegation)
    return delegation


def stop_acting(session: Session, *, actor: Actor, now: datetime) -> None:
    """Leave the customer's account. Idempotent."""
    end_delegations(session, actor_user_id=actor.user_id, now=now)
    _set_on_session(session, actor, None)


def end_delegations(
    session: Session,
    *,
    now: datetime,
    ids: Sequence[int] | None = None,
    actor_user_id: int | None = None,
    subject_user_id: int | None = None,
    company_id: int | None = None,
) -> int:
    """End the running delegations that match everything given; an expired one ends when its hour ended.

    The rep's session keeps the delegation's id, so that their next click tells them. Returns how many ended.
    """
    wanted = [
        column == value
        for column, value in (
            (Delegation.actor_user_id, actor_user_id),
            (Delegation.subject_user_id, subject_user_id),
            (Delegation.company_id, company_id),
        )
        if value is not None
    ]
    if ids is not None:
        wanted.append(Delegation.id.in_(ids))
    assert wanted, "never end everybody's"
    return _end(session, wanted, now)


def end_expired(session: Session, *, now: datetime) -> int:
    """Write the end of expired delegations whose rep never came back. Returns how many."""
    return _end(session, [Delegation.expires_at <= now], now)


def _check_consent(company: Company) -> None:
    if not company.acting_consent:
        raise Rejected(
            "no_consent",
            f"{company.name} does not allow acting on its behalf. Its administrators can change that under People.",
            outcome="denied",
        )


def _check_second_factor(session: Session, company: Company, actor: Actor) -> None:
    companies = [number for number in (company.id, company.parent_id) if number is not None]
    required = select(Company.id).where(Company.id.in_(companies), Company.second_factor_required)
    shown = select(UserSession.id).where(
        UserSession.id == actor.session_id, UserSession.second_factor_at.is_not(None)
    )
    if session.scalar(select(required.exists() & ~shown.exists())):
        raise Rejected(
            "no_second_factor",
            f"{company.name} requires a second factor of everybody who works in its account. Set one up under Your "
            "account, Security.",
            outcome="denied",
        )


def _begin(session: Session, actor: Actor, delegation: Delegation) -> None:
    session.add(delegation)
    session.flush()
    _set_on_session(session, actor, delegation.id)
    record_delegation_started(session, delegation, rep=actor)


def _set_on_session(session: Session, actor: Actor, delegation_id: int | None) -> None:
    # Store and job belong to the company, so they are reset.
    session.execute(
        update(UserSession)
        .where(UserSession.id == actor.session_id, UserSession.user_id == actor.user_id)
        .values(delegation_id=delegation_id, store_id=None, job_id=None)
        .execution_options(synchronize_session=False)
    )


def _end(session: Session, wanted: list[ColumnElement[bool]], now: datetime) -> int:
    ended = session.scalars(
        update(Delegation)
        .where(*wanted, Delegation.ended_at.is_(None))
        .values(ended_at=text("least(delegation.expires_at, :ended)").bindparams(ended=now))
        .returning(Delegation)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).all()
    if not ended:
        return 0
    reps = {
        user.id: user
        for user in session.scalars(select(User).where(User.id.in_({d.actor_user_id for d in ended})))
    }
    for delegation in ended:
        record_delegation_ended(session, delegation, rep=actor_of(reps[delegation.actor_user_id]), now=now)
    return len(ended)


def _subject(session: Session, company: Company, user_id: int | None) -> User:
    subject = session.scalar(
        select(User)
        .where(User.id == user_id, User.disabled_at.is_(None), User.kind == "customer")
        .where(exists().where(Membership.user_id == User.id, standing_in(company)))
    )
    if subject is None:
        raise Rejected("no_subject", "Choose the person you are acting for.", field="subject")
    return subject
