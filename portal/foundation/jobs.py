"""Background jobs: queued with the transaction, declared by nouns, run by the worker.

A noun lists its jobs in ``jobs.py``: ``JOBS = (Job("billing.remind", remind, cron="23 * * * *"), …)``. ``portal.worker``
collects them. Jobs are idempotent: a worker that was killed leaves its jobs to the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import procrastinate
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.foundation.config import Settings

Sessions = Callable[[], Session]

# Never opened: it only builds the jobs that are then written on the request's connection.
_deferrer = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


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
    :ivar patient: tried again until it succeeds, each time after a longer pause.
    """

    name: str
    run: Callable[..., None]
    cron: str = ""
    alone: bool = False
    patient: bool = False


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


def defer(session: Session, name: str, *arguments: dict[str, Any]) -> None:
    """Queue the job ``name`` once for each dictionary of arguments, in one statement.

    Runs when, and only when, the session's transaction commits.
    """
    if not arguments:
        arguments = ({},)
    connection = session.connection().connection.driver_connection
    task = _deferrer.configure_task(name, allow_unknown=True, connection=connection)
    task.batch_defer(*arguments)
