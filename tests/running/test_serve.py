"""The web server as it runs for customers: its log, its stop, and the death of one of its processes."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
import pytest

from portal.accounts.models import Company, User, UserSession
from portal.foundation.tokens import new_token, token_hash
from portal.running import guards
from tests.builders import Build

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
HOST = "orders.example.com"


class Server:
    """``portal serve`` in production, behind a proxy that ended TLS."""

    def __init__(self, database_url: str, folder: Path, **more: str) -> None:
        self.port = guards.free_port("127.0.0.1", 0)
        self.log = folder / "serve.log"
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PORTAL_", "DATABASE_"))}
        environment = {
            **clean,
            "DATABASE_URL": database_url,
            "PORTAL_SECRET_KEY": "kD93mfQ0v7_Lw1xTq8ZrYbNcHs5UeAoPj2GiV4",
            "PORTAL_PORT": str(self.port),
            "PORTAL_PUBLIC_URL": f"https://{HOST}",
            "PORTAL_TRUSTED_PROXIES": "1",
            "PORTAL_VAR": str(folder),
            **more,
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.cli", "serve"],
                env=environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def get(self, path: str, cookie: str = "", host: str = HOST) -> tuple[int, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Host": host, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
        connection.request("GET", path, headers={**headers, **({"Cookie": cookie} if cookie else {})})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers

    def wait_until_ready(self) -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if self.get("/readyz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    started = Server(database_url, tmp_path)
    started.wait_until_ready()
    yield started
    if started.process.poll() is None:
        started.process.terminate()
    started.process.wait(40)


def signed_in(build: Build) -> str:
    company = build.company()
    return signed_in_as(build, build.user(company), company)


def signed_in_as(build: Build, person: User, company: Company) -> str:
    """The cookie of somebody who has signed in."""
    token, now = new_token(), datetime.now(UTC)
    build.session.add(
        UserSession(
            token_hash=token_hash(token),
            user_id=person.id,
            company_id=company.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(days=1),
        )
    )
    build.session.commit()
    return f"portal_session={token}; __Host-portal_session={token}"  # by http, and by https


def test_behind_https_it_is_strict_and_logs_json(server: Server) -> None:
    status, headers = server.get("/sign-in")
    assert status == 200
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert all("Secure" in cookie for cookie in headers.get_all("Set-Cookie") or [])
    assert server.get("/sign-in", host="evil.example")[0] == 400
    assert server.get("/styleguide")[0] == 404
    server.process.terminate()
    assert server.process.wait(40) == 0
    entries = [json.loads(line) for line in server.log.read_text().splitlines()]
    paths = [(each["path"], each["status"]) for each in entries if each["event"] == "request"]
    assert ("/sign-in", 200) in paths
    assert all(each["request_id"] for each in entries if each["event"] == "request")


def wait_for_a_lock(database_url: str) -> None:
    """Until somebody waits in the database."""
    query = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    until = time.monotonic() + 60
    with psycopg.connect(database_url, autocommit=True) as watcher:
        while watcher.execute(query).fetchone() is None:
            assert time.monotonic() < until, "nobody waits"
            time.sleep(0.05)


def test_a_request_in_hand_is_finished_before_the_stop(
    server: Server, database_url: str, build: Build
) -> None:
    cookie = signed_in(build)
    answers: list[int] = []
    with psycopg.connect(database_url) as blocker:
        blocker.execute("lock table user_session in access exclusive mode")
        asking = threading.Thread(target=lambda: answers.append(server.get("/account", cookie)[0]))
        asking.start()
        wait_for_a_lock(database_url)
        server.process.terminate()
        time.sleep(1)
        assert server.process.poll() is None, "it waits for the request"
        assert answers == []
    asking.join(60)
    assert answers == [200]
    assert server.process.wait(40) == 0


def test_a_process_that_dies_is_replaced(server: Server) -> None:
    (serving,) = psutil.Process(server.process.pid).children()

    def workers() -> set[int]:
        return {child.pid for child in serving.children()}

    before = workers()
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    until = time.monotonic() + 60
    while len(workers() - {victim}) < len(before) and time.monotonic() < until:
        time.sleep(0.2)
    assert len(workers() - {victim}) == len(before)
    server.wait_until_ready()
