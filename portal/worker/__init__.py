"""The worker: runs the jobs that the nouns declare."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from procrastinate import App, PsycopgConnector
from sqlalchemy import Engine

import portal.models  # noqa: F401  (every table must be known before the first one is written)
from portal.foundation import logs, rooms
from portal.foundation.config import ConfigError, Settings
from portal.foundation.db import make_engine, make_sessions, psycopg_url
from portal.foundation.jobs import House, Job, by_name
from portal.foundation.postgres import reachable
from portal.foundation.smtp import check_sender, check_url
from portal.worker.rounds import LANES, run_until_told
from portal.worker.tries import TRIES, Patience, told

# Of the queue itself: each lane listens on one. Jobs have theirs from the engine's pool.
CONNECTIONS = len(LANES) + 5


def build(settings: Settings, engine: Engine) -> App:
    """The job queue's application with every job the portal knows.

    :raises ConfigError: when no mail server is named.
    """
    if not settings.smtp_url:
        raise ConfigError(
            "PORTAL_SMTP_URL is not set; the worker sends mails through a server like smtp://localhost:25."
        )
    check_url(settings.smtp_url)
    check_sender(settings.mail_from)
    url = psycopg_url(settings.database_url).set(drivername="postgresql")
    queue = url.update_query_dict({"application_name": "counterpart-queue"})
    conninfo = queue.render_as_string(hide_password=False)
    connector = PsycopgConnector(conninfo=conninfo, max_size=CONNECTIONS)
    app = App(connector=connector)
    house = House(settings, engine, make_sessions(engine))
    for job in by_name(each for module in rooms.modules("jobs") for each in module.JOBS).values():
        _put(app, house, job)
    return app


def _put(app: App, house: House, job: Job) -> None:
    def run(**arguments: Any) -> None:
        if job.cron:
            arguments = {"at": datetime.fromtimestamp(arguments["timestamp"], UTC)}
        job.run(house, **arguments)

    tries = TRIES if job.patient else 1
    task: Any = app.task(
        name=str(job.name),
        queue=job.lane,
        retry=Patience(None if job.own_end else tries) if job.patient else False,
        queueing_lock=str(job.name) if job.alone else None,
        pass_context=True,
    )(told(run, job.name, tries=None if job.own_end else tries))
    if job.cron:
        app.periodic(cron=job.cron)(task)


def work(settings: Settings) -> None:
    """Run the worker until SIGINT or SIGTERM; jobs in hand are finished first.

    :raises ConfigError: when the database or a setting is not fit for work.
    """
    logs.configure(settings.log_format)
    engine = make_engine(
        settings, pool_pre_ping=True
    )  # after a restart of the database, jobs do not fail for it
    try:
        reachable.check(engine)
        asyncio.run(run_until_told(build(settings, engine)))
    finally:
        engine.dispose()
