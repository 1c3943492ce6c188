"""Adding and closing the jobs (sites, projects) of a company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.company_jobs.facts import record_jobs_changed
from portal.accounts.models import Company, CompanyJob
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected

MOST_AT_ONCE = 150
LONGEST_NAME = 80
LONGEST_PO = 40


@dataclass(frozen=True)
class AddedJobs:
    added: int
    known: int  # existed and were open


def may_add_jobs(actor: Actor, po_mode: str) -> bool:
    """Whether the actor may add jobs: everybody who orders may, unless only administrators keep the list."""
    return actor.can("company:manage") if po_mode == "list" else actor.can("drafts:write")


def add_jobs(session: Session, *, actor: Actor, words: str, now: datetime) -> AddedJobs:
    """Add jobs to the actor's company. Existing names stay as they are; closed ones are reopened.

    :param words: lines as a spreadsheet gives them: the name, optionally a tab and the PO number.
    :raises NotFound: if the actor has no company.
    :raises Rejected: if there is no name, too many or too long ones, or the actor lacks the permission.
    """
    company = session.get(Company, actor.company_id)
    if company is None:
        raise NotFound
    if not may_add_jobs(actor, company.po_mode):
        raise Rejected("not_yours", "Only your company's administrators add jobs.", outcome="denied")
    jobs = _parse_jobs(words)
    added = _insert(session, company, jobs)
    if added:
        record_jobs_changed(session, added, "added", actor=actor, now=now)
    return AddedJobs(len(added), len(jobs) - len(added))


def close_job(session: Session, *, actor: Actor, job_id: int, now: datetime) -> CompanyJob:
    """Take a finished job off the lists; its orders keep its name.

    :raises NotFound: if it is not a job of the actor's company.
    :raises Rejected: if the actor lacks the permission.
    """
    company = session.get(Company, actor.company_id)
    job = session.scalar(
        select(CompanyJob)
        .where(CompanyJob.id == job_id, CompanyJob.company_id == actor.company_id)
        .with_for_update()
    )
    if company is None or job is None:
        raise NotFound
    if not may_add_jobs(actor, company.po_mode):
        raise Rejected("not_yours", "Only your company's administrators close jobs.", outcome="denied")
    if job.closed_at is None:
        job.closed_at = now
        record_jobs_changed(session, [job.id], "closed", actor=actor, now=now)
    return job


def _insert(session: Session, company: Company, jobs: dict[str, str]) -> Sequence[int]:
    # A fixed order prevents deadlocks between two concurrent pastes.
    rows = [{"company_id": company.id, "name": n, "po_number": jobs[n]} for n in sorted(jobs)]
    added = session.scalars(
        insert(CompanyJob)
        .values(rows)
        .on_conflict_do_update(
            index_elements=["company_id", "name"],
            set_={"closed_at": None},
            where=CompanyJob.closed_at.is_not(None),
        )
        .returning(CompanyJob.id)
    )
    return added.all()


def _parse_jobs(words: str) -> dict[str, str]:
    """PO number by job name."""
    jobs: dict[str, str] = {}
    for line in words.splitlines():
        name, po_number = _parse_line(line)
        if name:
            jobs.setdefault(name, po_number)
    if not jobs:
        raise Rejected("no_jobs", "Enter at least one name.", field="names")
    if len(jobs) > MOST_AT_ONCE:
        raise Rejected(
            "many_jobs", f"That is {len(jobs)} names; send at most {MOST_AT_ONCE} at once.", field="names"
        )
    return jobs


def _parse_line(line: str) -> tuple[str, str]:
    first, _, second = line.partition("\t")
    name, po_number = " ".join(first.split()), " ".join(second.split())
    if name and (len(name) > LONGEST_NAME or len(po_number) > LONGEST_PO):
        raise Rejected(
            "job_long",
            f"“{name[:40]}…” is too long: a name has at most {LONGEST_NAME} characters, "
            f"a PO number {LONGEST_PO}.",
            field="names",
        )
    return name, po_number
