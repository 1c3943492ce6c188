"""The company, store and job that a session works for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.company_jobs.use_cases import close_job
from portal.accounts.context.use_cases import choose_job, set_session_store, switch_company
from portal.accounts.models import User, UserSession
from portal.accounts.sign_in.use_cases.sign_in import Browser, sign_in
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from tests.builders import NOW, Build


def _actor(session: Session, person: User) -> Actor:
    new = sign_in(session, user=person, browser=Browser("", ""), now=NOW, lifetime=timedelta(days=1))
    return new.actor


def test_a_session_works_for_the_store_and_job_chosen(session: Session, build: Build) -> None:
    """Seen failing with the job written to every session of the person."""
    company = build.company()
    person = build.user(company)
    other, actor = _actor(session, person), _actor(session, person)
    job, store = build.job(company), build.store()
    choose_job(session, actor=actor, job_id=job.id)
    set_session_store(session, actor=actor, store_id=store.id)
    rows = {row.id: (row.job_id, row.store_id) for row in session.scalars(select(UserSession))}
    assert rows == {actor.session_id: (job.id, store.id), other.session_id: (None, None)}
    choose_job(session, actor=actor, job_id=None)
    assert session.get_one(UserSession, actor.session_id, populate_existing=True).job_id is None


def test_another_company_resets_store_and_job(session: Session, build: Build) -> None:
    """Seen failing with the job kept: an order of one company would have carried the other's job."""
    parent = build.company()
    child = build.company(parent_id=parent.id)
    actor = _actor(session, build.user(parent))
    choose_job(session, actor=actor, job_id=build.job(parent).id)
    assert switch_company(session, actor=actor, company_id=child.id).id == child.id
    row = session.get_one(UserSession, actor.session_id, populate_existing=True)
    assert (row.company_id, row.job_id, row.store_id) == (child.id, None, None)


def test_what_belongs_to_others_cannot_be_chosen(session: Session, build: Build) -> None:
    """Seen failing without the company in the search for a job."""
    company, stranger = build.company(), build.company()
    actor, closed = _actor(session, build.user(company)), build.job(company)
    close_job(session, actor=actor, job_id=closed.id, now=NOW)
    for job in (build.job(stranger), closed):
        with pytest.raises(NotFound):
            choose_job(session, actor=actor, job_id=job.id)
    with pytest.raises(NotFound):
        switch_company(session, actor=actor, company_id=stranger.id)
    with pytest.raises(NotFound):
        switch_company(session, actor=build.actor(build.rep(company)), company_id=company.id)
