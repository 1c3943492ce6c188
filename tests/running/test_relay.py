"""One server follows another: no request is refused meanwhile, and a server that falls is started again."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from portal.running import sockets
from tests.running.test_serve import HOST, ROOT, Server

pytestmark = pytest.mark.slow
HEADERS = {"Host": HOST, "X-Forwarded-Proto": "https"}


class Traffic:
    """Requests one after the other on connections of their own, from several people, and how each ended."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._over = threading.Event()
        self.ended: list[object] = []
        self._people = [threading.Thread(target=self._ask) for _ in range(4)]

    def _ask(self) -> None:
        while not self._over.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
            try:
                connection.request("GET", "/sign-in", headers=HEADERS)
                answer = connection.getresponse()
                answer.read()
                self.ended.append(answer.status)
            except (OSError, http.client.HTTPException) as error:
                self.ended.append(repr(error))
            finally:
                connection.close()

    @contextmanager
    def flowing(self) -> Iterator[None]:
        for person in self._people:
            person.start()
        try:
            yield
        finally:
            self._over.set()
            for person in self._people:
                person.join(120)


def wait_until(true: Callable[[], bool], server: Server | None = None) -> None:
    until = time.monotonic() + 120
    while not true():
        assert time.monotonic() < until, server.log.read_text() if server else "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    started = Server(database_url, tmp_path)
    started.wait_until_ready()
    yield started
    if started.process.poll() is None:
        started.process.terminate()
    started.process.wait(60)


def test_a_new_server_takes_over_with_no_request_refused(server: Server) -> None:
    """As after an upgrade, by SIGHUP. Seen failing with the server stopped and started: connections were refused."""
    traffic = Traffic(server.port)
    with traffic.flowing():
        before = psutil.Process(server.process.pid).children()
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "a new server has taken over" in server.log.read_text(), server)
        assert not any(each.is_running() for each in before)
        seen = len(traffic.ended)
        wait_until(lambda: len(traffic.ended) > seen + 8)
    assert set(traffic.ended) == {200}


def test_a_server_that_falls_is_started_again(server: Server) -> None:
    """Seen failing with the exit of the whole service."""
    wait_until(lambda: "the server is ready" in server.log.read_text(), server)
    (fallen,) = psutil.Process(server.process.pid).children()
    for each in [*fallen.children(recursive=True), fallen]:
        each.kill()
    wait_until(lambda: "the server fell and is started again" in server.log.read_text(), server)
    assert server.get("/sign-in")[0] == 200  # it waited in the queue
    server.process.terminate()
    assert server.process.wait(60) == 0


def test_a_new_server_that_cannot_start_leaves_the_old_one_serving(
    server: Server, database_url: str, tmp_path: Path
) -> None:
    """Its interpreter ends at once, as with packages missing after an upgrade that went wrong."""
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit(3)")
    broken = Server(database_url, tmp_path, PYTHONPATH=str(tmp_path / "later"))
    try:
        broken.wait_until_ready()
        (tmp_path / "later").mkdir()
        (tmp_path / "sitecustomize.py").rename(tmp_path / "later" / "sitecustomize.py")
        broken.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "the new server did not become ready" in broken.log.read_text(), broken)
        assert broken.get("/sign-in")[0] == 200
    finally:
        broken.process.terminate()
        broken.process.wait(60)


def test_on_a_socket_that_systemd_holds_a_restart_refuses_nobody(database_url: str, tmp_path: Path) -> None:
    """Requests wait while there is no server at all. Seen failing with the socket not taken over."""
    held = sockets.listening("127.0.0.1", 0)
    port = held.getsockname()[1]
    traffic = Traffic(port)
    first = _activated(held, port, database_url, tmp_path)
    wait_until(lambda: _answers(port))
    with traffic.flowing():
        first.terminate()
        assert first.wait(60) == 0
        second = _activated(held, port, database_url, tmp_path)
        seen = len(traffic.ended)
        wait_until(lambda: len(traffic.ended) > seen + 8)
    second.terminate()
    assert second.wait(60) == 0
    held.close()
    assert set(traffic.ended) == {200}


def _activated(held: socket.socket, port: int, database_url: str, folder: Path) -> subprocess.Popen[bytes]:
    """As systemd starts a service with a socket: descriptor 3, and the service's own process number."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PORTAL_", "DATABASE_"))}
    environment = {
        **clean,
        "DATABASE_URL": database_url,
        "PORTAL_SECRET_KEY": "kD93mfQ0v7_Lw1xTq8ZrYbNcHs5UeAoPj2GiV4",
        "PORTAL_PORT": str(port),
        "PORTAL_PUBLIC_URL": f"https://{HOST}",
        "PORTAL_TRUSTED_PROXIES": "1",
        "LISTEN_FDS": "1",
    }
    script = f'exec 3<&{held.fileno()}; LISTEN_PID=$$ exec "{sys.executable}" -m portal.cli serve'
    with (folder / "activated.log").open("ab") as log:
        return subprocess.Popen(
            ["bash", "-c", script],
            env=environment,
            cwd=ROOT,
            pass_fds=(held.fileno(),),
            stdout=log,
            stderr=log,
        )


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", "/livez", headers=HEADERS)
    return connection.getresponse().status == 200
