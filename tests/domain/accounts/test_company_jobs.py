"""Jobs of a company: added by the dozen, by whoever the company lets."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.company_jobs.queries import jobs_page
from portal.accounts.company_jobs.use_cases import add_jobs, close_job, may_add_jobs
from portal.accounts.context.use_cases import choose_job
from portal.accounts.models import CompanyJob
from portal.foundation.errors import NotFound, Rejected
from tests.builders import NOW, Build


def test_names_are_pasted_one_a_line_with_po_numbers_from_a_spreadsheet(
    session: Session, build: Build
) -> None:
    company = build.company()
    buyer = build.actor(build.user(company), company)
    build.job(company, "Elm Street")
    words = "Mill  Lane 12\tPO-77\r\n\n  Elm Street \nMill Lane 12\nHarbor Hall\t"
    added = add_jobs(session, now=NOW, actor=buyer, words=words)
    session.commit()
    assert (added.added, added.known) == (2, 1)
    found = {job.name: job.po_number for job in jobs_page(session, company.id).rows}
    assert found == {"Elm Street": "", "Harbor Hall": "", "Mill Lane 12": "PO-77"}


def test_150_names_at_once_and_not_more(session: Session, build: Build) -> None:
    company = build.company()
    buyer = build.actor(build.user(company), company)
    assert (
        add_jobs(session, now=NOW, actor=buyer, words="\n".join(f"Job {n}" for n in range(150))).added == 150
    )
    with pytest.raises(Rejected, match="151 names"):
        add_jobs(session, now=NOW, actor=buyer, words="\n".join(f"More {n}" for n in range(151)))


@pytest.mark.parametrize("words", ["", " \n\t\n ", "x" * 81, f"Name\t{'7' * 41}"])
def test_what_is_no_job(session: Session, build: Build, words: str) -> None:
    company = build.company()
    with pytest.raises(Rejected) as no:
        add_jobs(session, now=NOW, actor=build.actor(build.user(company), company), words=words)
    assert no.value.field == "names"


@pytest.mark.parametrize(
    ("po_mode", "role", "may"),
    [
        ("free", "buyer", True),
        ("required", "buyer", True),
        ("list", "buyer", False),
        ("list", "company_admin", True),
        ("free", "viewer", False),
    ],
)
def test_who_adds_jobs(session: Session, build: Build, po_mode: str, role: str, may: bool) -> None:
    company = build.company(po_mode=po_mode)
    actor = build.actor(build.user(company, role), company, role)
    assert may_add_jobs(actor, po_mode) is may
    if may:
        add_jobs(session, now=NOW, actor=actor, words="Elm")
    else:
        with pytest.raises(Rejected, match="administrators"):
            add_jobs(session, now=NOW, actor=actor, words="Elm")


def test_a_closed_job_is_off_the_list_and_opens_again_by_name(session: Session, build: Build) -> None:
    company = build.company()
    buyer = build.actor(build.user(company), company)
    job = build.job(company, "Elm Street")
    close_job(session, actor=buyer, job_id=job.id, now=NOW)
    session.commit()
    assert jobs_page(session, company.id).rows == []
    assert session.get_one(CompanyJob, job.id).closed_at == NOW
    with pytest.raises(NotFound):
        choose_job(session, actor=buyer, job_id=job.id)
    assert add_jobs(session, now=NOW, actor=buyer, words="Elm Street").added == 1
    session.commit()
    assert [j.id for j in session.scalars(select(CompanyJob))] == [job.id]


def test_another_companys_job_does_not_exist(session: Session, build: Build) -> None:
    company = build.company()
    buyer = build.actor(build.user(company), company)
    theirs = build.job(build.company())
    with pytest.raises(NotFound):
        close_job(session, actor=buyer, job_id=theirs.id, now=NOW)
