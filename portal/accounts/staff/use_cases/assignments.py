"""Which companies a rep looks after."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.delegations.use_cases import end_delegations
from portal.accounts.models import Company, RepAssignment
from portal.accounts.staff.facts import record_assignment_changed
from portal.accounts.staff.queries import staff_member
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected


def assign_company(session: Session, *, actor: Actor, rep_id: int, code: str, now: datetime) -> Company:
    """Let a rep look after a company. Idempotent.

    :raises Rejected: if there is no such company, or the person is not a rep.
    """
    rep = staff_member(session, rep_id)
    company = session.scalar(select(Company).where(func.lower(Company.code) == code.strip().lower()))
    if company is None:
        raise Rejected("no_company", "No company has this code.", field="code")
    if rep.kind != "rep":
        raise Rejected("no_rep", "Only sales reps look after companies.", field="code")
    added = session.scalar(
        insert(RepAssignment)
        .values(user_id=rep.id, company_id=company.id)
        .on_conflict_do_nothing()
        .returning(RepAssignment.user_id)
    )
    if added is not None:
        record_assignment_changed(session, rep.id, company.id, "assigned", actor=actor, now=now)
    return company


def unassign_company(session: Session, *, actor: Actor, rep_id: int, code: str, now: datetime) -> Company:
    """Take a company from a rep; their delegation in its account ends at once.

    :raises NotFound: if the rep does not look after it.
    """
    company = session.scalar(select(Company).where(Company.code == code))
    if company is None:
        raise NotFound
    gone = session.scalar(
        delete(RepAssignment)
        .where(RepAssignment.user_id == rep_id, RepAssignment.company_id == company.id)
        .returning(RepAssignment.user_id)
    )
    if gone is None:
        raise NotFound
    end_delegations(session, actor_user_id=rep_id, company_id=company.id, now=now)
    record_assignment_changed(session, rep_id, company.id, "unassigned", actor=actor, now=now)
    return company
