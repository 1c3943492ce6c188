"""How often a job is tried, and what the log says about each try that failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.jobs import Job as Queued

from portal.foundation.jobs import PutOff

log = structlog.get_logger(__name__)

LONGEST_WAIT = 1800  # seconds between two tries
TRIES = 55  # about a day; then the job is given up, and administrators see it


class Patience(BaseRetryStrategy):
    """Try again after 4, 8, 16 … seconds, at most half an hour, for about a day. What was put off was no try and comes
    again when it said.

    :param tries: after so many it is given up; None for a job that gives up itself.
    """

    def __init__(self, tries: int | None) -> None:
        self._tries = tries

    def get_retry_decision(self, *, exception: BaseException, job: Queued) -> RetryDecision | None:
        if isinstance(exception, PutOff):
            return RetryDecision(retry_in={"seconds": exception.seconds})
        if self._tries is not None and job.attempts + 1 >= self._tries:
            return None
        return RetryDecision(retry_in={"seconds": min(2 ** min(job.attempts + 2, 16), LONGEST_WAIT)})


def told(run: Callable[..., None], name: str, *, tries: int | None) -> Callable[..., None]:
    """The job's function, with a line in the log for each try that fails: which job, which row, which error.

    :param tries: see :class:`Patience`.
    """

    def tried(context: JobContext, **arguments: Any) -> None:
        try:
            run(**arguments)
        except PutOff as off:
            log.info("job put off", job=name, **_row(context.job), reason=str(off))
            raise
        except Exception:
            _log_failure(context.job, name, tries)
            raise

    return tried


def _log_failure(job: Queued, name: str, tries: int | None) -> None:
    done = job.attempts + 1
    again = tries is None or done < tries
    say = log.warning if again else log.error
    words = "job failed and will be tried again" if again else "job failed and was given up"
    say(words, job=name, **_row(job), tries=done, exc_info=True)


def _row(job: Queued) -> dict[str, object]:
    """What the job is about: its arguments name rows by number, or a moment."""
    return {"job_id": job.id, "row": dict(job.task_kwargs)}
