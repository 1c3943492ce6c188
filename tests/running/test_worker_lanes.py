"""The worker with a mail server that is silent, and with a database that goes away."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.sign_in.letters import PasswordChanged
from portal.billing.payments.use_cases.saved_charges import CHARGE
from portal.foundation.jobs import defer
from portal.foundation.mail import Mail, To, send
from portal.worker.rounds import STOP_SECONDS

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


class Silent:
    """Takes connections and says nothing, as a mail server that hangs."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self._listening.getsockname()[1]}"
        self.held: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                self.held.append(self._listening.accept()[0])
            except OSError:
                return

    def given_up(self) -> int:
        """Connections whose other side has gone."""
        return sum(1 for each in self.held if self._is_closed(each))

    @staticmethod
    def _is_closed(each: socket.socket) -> bool:
        each.setblocking(False)
        try:
            return each.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False

    def close(self) -> None:
        for each in [self._listening, *self.held]:
            each.close()


@pytest.fixture
def silent() -> Iterator[Silent]:
    server = Silent()
    yield server
    server.close()


class Worker:
    """``portal worker`` and its log."""

    def __init__(self, database_url: str, smtp_url: str, folder: Path) -> None:
        self.file = folder / "worker.log"
        environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "PORTAL_ENV": "development",
            "PORTAL_SMTP_URL": smtp_url,
            "PORTAL_VAR": str(folder),
        }
        with self.file.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.cli", "worker"],
                env=environment,
                cwd=ROOT,
                stdout=out,
                stderr=out,
            )
        wait_until(lambda: "worker is ready" in self.log or self.process.poll() is not None)
        assert self.process.poll() is None, self.log

    @property
    def log(self) -> str:
        return self.file.read_text()


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Callable[[str], Worker]]:
    started: list[Worker] = []

    def begin(smtp_url: str) -> Worker:
        started.append(Worker(database_url, smtp_url, tmp_path))
        return started[-1]

    yield begin
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.wait(60)


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def post_mails(sessions: sessionmaker[Session], count: int) -> None:
    with sessions.begin() as session:
        for number in range(count):
            letter = PasswordChanged(name="Ann")
            send(session, Mail(key=f"lanes:{number}", letter=letter, to=To(f"a{number}@example.com")))


def waiting(sessions: sessionmaker[Session], name: str) -> int:
    with sessions() as session:
        counted = text("select count(*) from procrastinate_jobs where task_name = :name")
        return int(session.scalars(counted, {"name": name}).one())


def test_a_silent_mail_server_keeps_no_payment_waiting(
    sessions: sessionmaker[Session], silent: Silent, start: Callable[[str], Worker]
) -> None:
    """24 mails are queued before the charge. Seen failing with one queue for all: no charge before the first mails had
    waited their time out. Stopped while mails hang, the worker ends in seconds."""
    worker = start(silent.url)
    post_mails(sessions, 24)
    wait_until(lambda: len(silent.held) > 0)
    with sessions.begin() as session:
        defer(session, CHARGE, {"row_id": 1})
    wait_until(lambda: waiting(sessions, CHARGE) == 0)
    assert silent.given_up() == 0
    assert waiting(sessions, "mail.send") == 24
    began = time.monotonic()
    worker.process.send_signal(signal.SIGINT)
    assert worker.process.wait(120) == 0
    assert time.monotonic() - began < STOP_SECONDS + 8
    assert "Traceback" not in worker.log


def test_a_lost_database_is_waited_for(
    sessions: sessionmaker[Session], database_url: str, silent: Silent, start: Callable[[str], Worker]
) -> None:
    """Each of the queue's connections is ended, as by a restart of the server. Seen failing with the worker as it was:
    it ended with exit code 0."""
    worker = start(silent.url)
    ended = (
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'counterpart-queue'"
    )
    with psycopg.connect(database_url, autocommit=True) as administrator:
        assert len(administrator.execute(ended).fetchall()) > 2
    wait_until(lambda: worker.log.count("worker is ready") == 2)
    assert "the worker has lost the database and connects again" in worker.log
    with sessions.begin() as session:
        defer(session, CHARGE, {"row_id": 1})
    wait_until(lambda: waiting(sessions, CHARGE) == 0)
    worker.process.terminate()
    assert worker.process.wait(120) == 0


def test_each_failed_try_is_in_the_log(
    sessions: sessionmaker[Session], start: Callable[[str], Worker]
) -> None:
    """Nobody listens at the mail server's address: the mail that was tried is named with its error, the others wait
    until the server has rested. Seen failing with the queue's own messages, which are below WARNING."""
    deaf = socket.socket()
    deaf.bind(("127.0.0.1", 0))
    worker = start(f"smtp://127.0.0.1:{deaf.getsockname()[1]}")
    post_mails(sessions, 3)
    wait_until(lambda: "job failed and will be tried again" in worker.log)
    wait_until(lambda: "job put off" in worker.log)
    assert "the mail server gives no answer and is left alone for a moment" in worker.log
    line = next(each for each in worker.log.splitlines() if "job failed" in each)
    assert "mail.send" in line
    assert "mail_id" in line
    assert "ConnectionRefusedError" in worker.log
    deaf.close()
