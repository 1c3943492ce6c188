"""The worker's lanes side by side, until it is told to stop; a lost database is waited for."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import structlog
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from portal.foundation.jobs import MAIL, MONEY, ORDINARY

log = structlog.get_logger(__name__)

# Jobs at the same moment, by lane: what mails wait for keeps no payment waiting, and neither does an hourly round.
LANES = {MONEY: 4, MAIL: 2, ORDINARY: 2}
# Seconds. A slow worker mistaken for dead does no harm: jobs are idempotent.
HEARTBEAT = 2
STALLED_AFTER = 10
# Jobs in hand have so long when the worker is stopped; the next worker takes over what is left.
STOP_SECONDS = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0


async def run_until_told(app: App) -> None:
    """Work until SIGINT or SIGTERM."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.set_default_executor(ThreadPoolExecutor(sum(LANES.values()) + 2, thread_name_prefix="job"))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    stopped = asyncio.create_task(stop.wait())
    pause = FIRST_PAUSE
    while True:
        began = loop.time()
        await _round(app, stopped)
        if stopped.done():
            break
        pause = FIRST_PAUSE if loop.time() - began > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
        log.warning("the worker has lost the database and connects again", seconds=pause)
        await asyncio.wait([stopped], timeout=pause)
    log.info("worker has stopped")


async def _round(app: App, stopped: asyncio.Task[bool]) -> None:
    """From connecting until the stop, or until the connection is lost."""
    working = asyncio.create_task(_connected(app, stopped))
    await asyncio.wait([working, stopped], return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait([working], timeout=STOP_SECONDS)
    if not working.done():
        log.warning("jobs in hand take too long; the next worker takes them over", seconds=STOP_SECONDS)
        sys.stderr.flush()
        os._exit(0)  # threads cannot be stopped; to the database this is a worker that was killed
    error = working.exception()
    if isinstance(error, ConnectorException):
        log.error("the worker's connection to the database failed", exc_info=error)
    elif error is not None:
        raise error


async def _connected(app: App, stopped: asyncio.Task[bool]) -> None:
    async with app.open_async():
        lanes = [_lane(app, name, many) for name, many in LANES.items()]
        running = [asyncio.create_task(lane.run()) for lane in lanes]  # type: ignore[no-untyped-call]
        watch = asyncio.create_task(_take_over(app))
        log.info("worker is ready")
        await asyncio.wait([stopped, watch, *running], return_when=asyncio.FIRST_COMPLETED)
        watch.cancel()
        for lane in lanes:
            lane.stop()  # type: ignore[no-untyped-call]
        ended = await asyncio.gather(*running, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


def _lane(app: App, name: str, many: int) -> Worker:
    return Worker(
        app,
        queues=[name],
        name=name,
        concurrency=many,
        delete_jobs="successful",
        install_signal_handlers=False,
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=STALLED_AFTER * 6,  # its row goes after its jobs were taken over
    )


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
