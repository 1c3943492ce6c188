"""Touchpoints of a company's jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "company_jobs_changed",
    stage="admin",
    task="administer",
    says="Changed the list of jobs",
    meaning="Jobs of a company were added, opened again or closed",
    icon="note",
    detail="jobs",
    actions={"added": "Added jobs", "closed": "Closed a job"},
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyJobsChanged(Touch):
    """Jobs of a company were added, opened again or closed."""

    action: str | None = None
    rows: int | None = None
    job_ids: list[int] | None = None


def record_jobs_changed(
    session: Session, job_ids: Sequence[int], action: str, *, actor: Actor, now: datetime
) -> None:
    """Record that jobs of the actor's company were ``added`` (or opened again) or ``closed``."""
    fact = CompanyJobsChanged(action=action, rows=len(job_ids), job_ids=sorted(job_ids))
    key = f"company_jobs_changed:{min(job_ids)}-{len(job_ids)}:{action}-{now.isoformat()}"
    record(session, Event(fact, actor=actor, now=now, key=key, account_id=actor.company_id))
