"""The worker: runs the jobs that the nouns declare."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import structlog
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as Queued
from sqlalchemy import Engine

import portal.models  # noqa: F401  (every table must be known before the first one is written)
from portal.foundation import logs, rooms
from portal.foundation.config import ConfigError, Settings
from portal.foundation.db import make_engine, make_sessions, psycopg_url
from portal.foundation.jobs import House, Job, by_name
from portal.foundation.postgres import reachable
from portal.foundation.smtp import check_sender, check_url

log = structlog.get_logger(__name__)

CONCURRENCY = 4
# Seconds. A slow worker mistaken for dead does no harm: jobs are idempotent.
HEARTBEAT = 2
STALLED_AFTER = 10
LONGEST_WAIT = 1800  # seconds between two tries


class Patience(BaseRetryStrategy):
    """Try again after 4, 8, 16 … seconds, at most half an hour; the job itself knows when to give up."""

    def get_retry_decision(self, *, exception: BaseException, job: Queued) -> RetryDecision:
        return RetryDecision(retry_in={"seconds": min(2 ** min(job.attempts + 2, 16), LONGEST_WAIT)})


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
    connector = PsycopgConnector(conninfo=url.render_as_string(hide_password=False), max_size=CONCURRENCY + 2)
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

    task: Any = app.task(
        name=job.name,
        retry=Patience() if job.patient else False,
        queueing_lock=job.name if job.alone else None,
    )(run)
    if job.cron:
        app.periodic(cron=job.cron)(task)


def work(settings: Settings) -> None:
    """Run the worker until SIGINT or SIGTERM; jobs in hand are finished first.

    :raises ConfigError: when the database or a setting is not fit for work.
    """
    logs.configure(settings.log_format)
    engine = make_engine(settings)
    try:
        reachable.check(engine)
        asyncio.run(_work(build(settings, engine)))
    finally:
        engine.dispose()


async def _work(app: App) -> None:
    async with app.open_async():
        watch = asyncio.create_task(_take_over(app))
        log.info("worker is ready")
        try:
            await app.run_worker_async(
                concurrency=CONCURRENCY,
                delete_jobs="successful",
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALLED_AFTER * 6,  # its row goes after its jobs were taken over
            )
        finally:
            watch.cancel()
    log.info("worker has stopped")


async def _take_over(app: App) -> None:
    """A worker that was killed leaves its jobs marked as running: put them back into the queue."""
    while True:
        await asyncio.sleep(STALLED_AFTER / 2)
        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
                log.warning("job taken over from a lost worker", job_id=job.id, job=job.task_name)
                await app.job_manager.retry_job(job)
        except ConnectorException:
            log.warning("lost jobs could not be looked for", exc_info=True)
