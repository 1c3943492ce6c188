"""For which company, store and job a session works. Kept on the session's row, and taken up at the next sign-in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.companies.queries import CompanyChoice, company_choice
from portal.accounts.models import CompanyJob, UserSession
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound


def switch_company(session: Session, *, actor: Actor, company_id: int) -> CompanyChoice:
    """Work for another of one's companies. Store and job belong to a company, so they start anew; everything
    else is read again with the next request.

    :raises NotFound: not a company of this person's, or a rep is inside a customer's account.
    """
    if actor.kind != "customer":
        raise NotFound
    found = company_choice(session, actor.user_id, company_id)
    if found is None:
        raise NotFound
    if company_id != actor.company_id:
        _set(session, actor, company_id=company_id, store_id=None, job_id=None)
    return found


def choose_job(session: Session, *, actor: Actor, job_id: int | None) -> CompanyJob | None:
    """Order for an open job of the company, or for none.

    :raises NotFound: not an open job of this company.
    """
    job = None
    if job_id is not None:
        job = session.scalar(
            select(CompanyJob).where(
                CompanyJob.id == job_id,
                CompanyJob.company_id == actor.company_id,
                CompanyJob.closed_at.is_(None),
            )
        )
        if job is None:
            raise NotFound
    _set(session, actor, job_id=job_id)
    return job


def choose_store(session: Session, *, actor: Actor, store_id: int | None) -> None:
    """Pick up at this store; None is the company's home store. The caller knows that the store exists."""
    _set(session, actor, store_id=store_id)


def _set(session: Session, actor: Actor, **values: Any) -> None:
    session.execute(
        update(UserSession)
        .where(UserSession.id == actor.session_id, UserSession.user_id == actor.user_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
