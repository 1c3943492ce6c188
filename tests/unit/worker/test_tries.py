"""What becomes of a job that fails, and of mails whose server does not answer."""

from __future__ import annotations

import smtplib
from typing import Any

import pytest
import structlog
from procrastinate import JobContext
from procrastinate.jobs import Job as Queued

from portal.accounts.sign_in.use_cases.credentials import REQUEST_RESET
from portal.foundation.jobs import MAIL, MONEY, ORDINARY, JobName, PutOff, lane_of
from portal.worker import mail_server
from portal.worker.mail_server import REST_SECONDS, MailServer
from portal.worker.tries import TRIES, Patience, told


def queued(attempts: int = 0) -> Queued:
    return Queued(
        id=7,
        queue="money",
        lock=None,
        queueing_lock=None,
        task_name="billing.refund",
        task_kwargs={"row_id": 19},
        attempts=attempts,
    )


def fails(**arguments: Any) -> None:
    raise UnicodeEncodeError("ascii", "я", 0, 1, "ordinal not in range")


@pytest.mark.parametrize(
    ("attempts", "tries", "level", "event"),
    [
        (0, TRIES, "warning", "job failed and will be tried again"),
        (TRIES - 1, TRIES, "error", "job failed and was given up"),
        (0, 1, "error", "job failed and was given up"),
        (900, None, "warning", "job failed and will be tried again"),
    ],
)
def test_each_failed_try_names_job_row_and_error(
    attempts: int, tries: int | None, level: str, event: str
) -> None:
    """Whatever the error. Seen failing with the try left to the queue's own messages."""
    run = told(fails, "billing.refund", tries=tries)
    with structlog.testing.capture_logs() as lines, pytest.raises(UnicodeEncodeError):
        run(
            JobContext(app=None, job=queued(attempts), start_timestamp=0.0, abort_reason=lambda: None),
            row_id=19,
        )  # type: ignore[arg-type]
    assert lines == [
        {
            "event": event,
            "log_level": level,
            "job": "billing.refund",
            "job_id": 7,
            "row": {"row_id": 19},
            "tries": attempts + 1,
            "exc_info": True,
        }
    ]


def test_a_job_is_given_up_after_its_tries_unless_it_gives_up_itself() -> None:
    """Seen failing with jobs tried for ever, every half hour."""
    error = ValueError()
    first = Patience(TRIES).get_retry_decision(exception=error, job=queued())
    assert first is not None
    assert Patience(TRIES).get_retry_decision(exception=error, job=queued(TRIES - 2)) is not None
    assert Patience(TRIES).get_retry_decision(exception=error, job=queued(TRIES - 1)) is None
    assert Patience(None).get_retry_decision(exception=error, job=queued(TRIES)) is not None
    off = PutOff("rests", seconds=9)
    assert Patience(TRIES).get_retry_decision(exception=off, job=queued(900)) is not None


@pytest.mark.parametrize(
    "error", [TimeoutError(), ConnectionRefusedError(), smtplib.SMTPServerDisconnected("gone")]
)
def test_a_mail_server_that_gives_no_answer_rests(error: OSError, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen failing with each mail waiting for its own time-out."""
    clock = [100.0]
    monkeypatch.setattr(mail_server.time, "monotonic", lambda: clock[0])
    server = MailServer()
    with pytest.raises(type(error)), server.asked():
        raise error
    with pytest.raises(PutOff) as off, server.asked():
        pytest.fail("not asked while it rests")
    assert 0 < off.value.seconds <= REST_SECONDS + 1
    clock[0] += REST_SECONDS + 1
    with server.asked():
        pass


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPRecipientsRefused({"a@example.com": (550, b"nobody")}),
        smtplib.SMTPDataError(451, b"later"),
        UnicodeEncodeError("ascii", "я", 0, 1, "x"),
    ],
)
def test_what_is_wrong_with_one_mail_keeps_no_other_waiting(error: Exception) -> None:
    server = MailServer()
    with pytest.raises(type(error)), server.asked():
        raise error
    with server.asked():
        pass


def test_a_name_says_its_lane() -> None:
    assert [lane_of(name) for name in (JobName("a", MONEY), JobName("b", MAIL), JobName("c"), "d")] == [
        MONEY,
        MAIL,
        ORDINARY,
        ORDINARY,
    ]


def test_mails_about_passwords_wait_with_mails() -> None:
    """Seen failing: the request waited among ordinary jobs, behind imports and reports."""
    assert lane_of(REQUEST_RESET) == MAIL
