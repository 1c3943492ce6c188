"""The company, store and job that a session works for. Stored on the session's row, and restored at the next sign-in."""

from __future__ import annotations

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from portal.accounts.companies.queries import CompanyChoice, company_choice
from portal.accounts.models import CompanyJob, UserSession
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound


def switch_company(session: Session, *, actor: Actor, company_id: int) -> CompanyChoice:
    """Work for another of one's companies. Store and job belong to a company, so they are reset; everything
    else is read again with the next request.

    :raises NotFound: if it is not a company of this person's, or the actor is a rep in a customer's account.
    """
    if actor.kind != "customer":
        raise NotFound
    found = company_choice(session, actor.user_id, company_id)
    if found is None:
        raise NotFound
    if company_id != actor.company_id:
        _execute(session, _own(actor).values(company_id=company_id, store_id=None, job_id=None))
    return found


def choose_job(session: Session, *, actor: Actor, job_id: int | None) -> CompanyJob | None:
    """Order for an open job of the company, or for none.

    :raises NotFound: if it is not an open job of this company.
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
    _execute(session, _own(actor).values(job_id=job_id))
    return job


def set_session_store(session: Session, *, actor: Actor, store_id: int | None) -> None:
    """Pick up at this store; None is the company's home store. The caller has checked that the store exists."""
    _execute(session, _own(actor).values(store_id=store_id))


def _own(actor: Actor) -> Update:
    return update(UserSession).where(UserSession.id == actor.session_id, UserSession.user_id == actor.user_id)


def _execute(session: Session, change: Update) -> None:
    session.execute(change.execution_options(synchronize_session=False))
