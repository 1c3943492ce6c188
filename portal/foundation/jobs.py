"""Background jobs: queued with the transaction, declared by nouns, run by the worker.

A noun lists its jobs in ``jobs.py``: ``JOBS = (Job("billing.remind", remind, cron="23 * * * *"), …)``. ``portal.worker``
collects them. Jobs are idempotent: a worker that was killed leaves its jobs to the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import procrastinate
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from portal.foundation.config import Settings

Sessions = Callable[[], Session]
# Lanes: each has places of its own in the worker, so that no kind of job waits for another kind's slow partner.
LATER = -10
MONEY, MAIL, ORDINARY = "money", "mail", "default"

# Never opened: it only builds the jobs that are then written on the request's connection.
_deferrer = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


class JobName(str):
    """A job's name, and the lane in which it waits: ``CHARGE = JobName("billing.charge", MONEY)``."""

    lane: str

    def __new__(cls, name: str, lane: str = ORDINARY) -> JobName:
        made = super().__new__(cls, name)
        made.lane = lane
        return made


class PutOff(Exception):
    """The job was not tried, because what it needs rests. It comes again after ``seconds``."""

    def __init__(self, reason: str, *, seconds: int) -> None:
        super().__init__(reason)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class House:
    """What every job is given: the settings, the database, and a factory of sessions."""

    settings: Settings
    engine: Engine
    sessions: Sessions


@dataclass(frozen=True, slots=True)
class Job:
    """One job that the worker knows.

    :ivar run: called with the :class:`House` and the job's arguments; a periodic one with ``at``, its time in UTC.
    :ivar cron: when a periodic job runs; empty for one that is only deferred.
    :ivar alone: at most one waits in the queue.
    :ivar patient: tried again, each time after a longer pause; given up after about a day, and then seen by operators.
    :ivar own_end: it knows itself when to give up, so the worker never does.
    """

    name: str
    run: Callable[..., None]
    cron: str = ""
    alone: bool = False
    patient: bool = False
    own_end: bool = False

    @property
    def lane(self) -> str:
        """Where it waits."""
        return lane_of(self.name)


def lane_of(name: str) -> str:
    """The lane of a :class:`JobName`; the ordinary one for any other name."""
    return name.lane if isinstance(name, JobName) else ORDINARY


def by_name(jobs: Iterable[Job]) -> dict[str, Job]:
    """Jobs by their names.

    :raises ValueError: when two have the same name.
    """
    found: dict[str, Job] = {}
    for job in jobs:
        if job.name in found:
            raise ValueError(f"Two jobs are called {job.name}; give one of them another name.")
        found[job.name] = job
    return found


def defer(session: Session, name: str, *arguments: dict[str, Any], later: bool = False) -> None:
    """Queue the job ``name`` once for each dictionary of arguments, in one statement.

    :param later: after whatever else waits in its lane: one of many that nobody waits for.

    Runs when, and only when, the session's transaction commits.
    """
    if not arguments:
        arguments = ({},)
    connection = session.connection().connection.driver_connection
    task = _deferrer.configure_task(
        str(name),
        allow_unknown=True,
        connection=connection,
        queue=lane_of(name),
        priority=LATER if later else 0,
    )
    task.batch_defer(*arguments)


# What operators must see, in SQL over the queue's table j. A periodic job that failed runs again in its next hour, so
# its failure counts for a day; any other job that was given up counts until somebody has it tried again.
_LAST = "(select max(e.at) from procrastinate_events e where e.job_id = j.id)"
GIVEN_UP = f"j.status = 'failed' and (j.queueing_lock is null or {_LAST} > now() - interval '1 day')"
LATE = f"j.status = 'todo' and coalesce(j.scheduled_at, {_LAST}) <= now() - interval '5 minutes'"
RETRYING = "j.status = 'todo' and j.attempts > 2"


@dataclass(frozen=True, slots=True)
class Backlog:
    """Jobs that should have run five minutes ago, that have failed three times and more, and that were given up."""

    late: int
    retrying: int
    given_up: int


def backlog(connection: Connection) -> Backlog:
    """What waits and what failed, counted."""
    found = connection.execute(
        text(
            f"select count(*) filter (where {LATE}), count(*) filter (where {RETRYING}), "
            f"count(*) filter (where {GIVEN_UP}) from procrastinate_jobs j"
        )
    ).one()
    return Backlog(*found)


def retry_given_up(session: Session) -> int:
    """Queue what was given up again, as if it had never been tried. Returns how many. A periodic job is left out: it
    comes in its next hour."""
    failed = text(
        "select id from procrastinate_jobs where status = 'failed' and queueing_lock is null for update"
    )
    ids = {"ids": list(session.scalars(failed))}
    session.execute(
        text(
            "select procrastinate_retry_job_v2(id, now(), null, null, null) from unnest(cast(:ids as bigint[])) as id"
        ),
        ids,
    )
    session.execute(text("update procrastinate_jobs set attempts = 0 where id = any(:ids)"), ids)
    return len(ids["ids"])
