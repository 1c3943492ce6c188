"""The worker: joins the names of jobs to what is to be done."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import structlog
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from sqlalchemy import Engine

import portal.models  # noqa: F401  (every table must be known before the first one is written)
from portal.foundation import logs, reachable
from portal.foundation.config import ConfigError, Settings
from portal.foundation.db import make_engine, make_sessions, psycopg_url, transaction
from portal.foundation.mail import SEND
from portal.foundation.smtp import check_url
from portal.worker import billing_jobs, housekeeping, payments, reminders
from portal.worker.posting import Posting

log = structlog.get_logger(__name__)

CONCURRENCY = 4
# Seconds. A worker taken for dead that was only slow does no harm: jobs bear being done twice.
HEARTBEAT = 2
STALLED_AFTER = 10
LONGEST_WAIT = 1800  # seconds between two tries


class Patience(BaseRetryStrategy):
    """Try again after 4, 8, 16 … seconds, at most half an hour; the job itself knows when to give up."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
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
    url = psycopg_url(settings.database_url).set(drivername="postgresql")
    connector = PsycopgConnector(conninfo=url.render_as_string(hide_password=False), max_size=CONCURRENCY + 2)
    app = App(connector=connector)
    _mails(app, settings, engine)
    _periodic(app, settings, engine)
    billing_jobs.register(app, settings, engine, Patience())
    payments.register(app, settings, engine, Patience())
    reminders.register(app, settings, engine, Patience())
    return app


def _mails(app: App, settings: Settings, engine: Engine) -> None:
    posting = Posting(settings, engine)

    @app.task(name=SEND, retry=Patience())
    def send(mail_id: int) -> None:
        posting.send(mail_id)


def _periodic(app: App, settings: Settings, engine: Engine) -> None:
    sessions = make_sessions(engine)

    @app.periodic(cron="*/5 * * * *")
    @app.task(name="house.close_expired", queueing_lock="house.close_expired")
    def close_expired(timestamp: int) -> None:
        with transaction(sessions) as session:
            housekeeping.close_expired(session, now=datetime.fromtimestamp(timestamp, UTC))

    @app.periodic(cron="17 * * * *")
    @app.task(name="house.keep", queueing_lock="house.keep")
    def keep(timestamp: int) -> None:
        with transaction(sessions) as session:
            housekeeping.keep(session, now=datetime.fromtimestamp(timestamp, UTC))


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
