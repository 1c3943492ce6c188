"""Delegations: reps working inside a customer's account, and the people a rep can act for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Company, Delegation, Membership, RepAssignment, User
from portal.accounts.sight import standing_in
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from portal.foundation.paging import Page, decode_cursor, encode_cursor
from portal.touchpoints.interaction import note_shown

ROWS_PER_PAGE = 20


@dataclass(frozen=True)
class DelegationRow:
    """What the company reads about a delegation: who acted, for whom, why, from when to when."""

    id: int
    rep_name: str
    subject_id: int
    subject_name: str
    reason: str
    started_at: datetime
    ended_at: datetime | None  # None: still running
    expires_at: datetime


def delegations_in(
    session: Session, company_id: int, *, now: datetime, cursor: str | None = None
) -> Page[DelegationRow]:
    """Delegations in the company's account, newest first. One statement."""
    rep, subject = aliased(User), aliased(User)
    query = (
        select(Delegation, rep.name, subject.name)
        .join(rep, rep.id == Delegation.actor_user_id)
        .join(subject, subject.id == Delegation.subject_user_id)
        .where(Delegation.company_id == company_id)
    )
    before = decode_cursor(cursor, int)
    if before is not None:
        query = query.where(Delegation.id < before[0])
    found = session.execute(query.order_by(Delegation.id.desc()).limit(ROWS_PER_PAGE + 1)).all()
    rows = [_row(delegation, rep_name, name, now) for delegation, rep_name, name in found[:ROWS_PER_PAGE]]
    return Page(rows, encode_cursor(rows[-1].id) if len(found) > ROWS_PER_PAGE else None)


def _row(delegation: Delegation, rep_name: str, subject_name: str, now: datetime) -> DelegationRow:
    expired_at = delegation.expires_at if delegation.expires_at <= now else None
    return DelegationRow(
        id=delegation.id,
        rep_name=rep_name,
        subject_id=delegation.subject_user_id,
        subject_name=subject_name,
        reason=delegation.reason,
        started_at=delegation.started_at,
        ended_at=delegation.ended_at or expired_at,
        expires_at=delegation.expires_at,
    )


def assigned_company(session: Session, actor: Actor, code: str) -> Company:
    """The company with this code, if it is open and the rep looks after it.

    :raises NotFound: otherwise.
    """
    company = session.scalar(
        select(Company)
        .join(RepAssignment, RepAssignment.company_id == Company.id)
        .where(Company.code == code, RepAssignment.user_id == actor.user_id, Company.disabled_at.is_(None))
    )
    if company is None or actor.kind != "rep":
        raise NotFound
    note_shown(session, company.id)
    return company


def people_to_act_for(session: Session, company: Company) -> Sequence[User]:
    """Active people of the company (or of its parent), by name: those a rep can act for."""
    return session.scalars(
        select(User)
        .where(
            User.disabled_at.is_(None), exists().where(Membership.user_id == User.id, standing_in(company))
        )
        .order_by(User.name, User.id)
    ).all()
