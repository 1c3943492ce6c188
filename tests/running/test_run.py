"""``portal run`` from start to stop, as a person starts it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest

from portal.running import guards

ROOT = Path(__file__).parents[2]
SECONDS_TO_START = 300  # on a very busy machine


class Running:
    """A started ``portal run`` and what it has said."""

    def __init__(self, folder: Path) -> None:
        self.port = guards.free_port("127.0.0.1", 0)
        self.output = folder / "said.txt"
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PORTAL_", "DATABASE_"))}
        with self.output.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.cli", "run"],
                env={
                    **clean,
                    "PORTAL_VAR": str(folder / "var"),
                    "PORTAL_PORT": str(self.port),
                    "PORTAL_DEMO_SCALE": "small",
                },
                cwd=ROOT,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.family: list[psutil.Process] = []

    @property
    def said(self) -> str:
        return self.output.read_text()

    def wait_until_ready(self) -> float:
        began = time.monotonic()
        while "Stop with Ctrl-C" not in self.said:  # the last of what it says
            assert self.process.poll() is None, self.said
            assert time.monotonic() < began + SECONDS_TO_START, self.said
            time.sleep(0.1)
        self.family = psutil.Process(self.process.pid).children(recursive=True)
        return time.monotonic() - began

    def children(self) -> dict[int, list[str]]:
        """The arguments of what runs now, by process; the test of what is left over then looks for these, too."""
        found = {}
        for each in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.Error):  # one that has just ended
                found[each.pid] = each.cmdline()
                self.family += [each] if each not in self.family else []
        return found

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(120)

    def get(self, path: str, port: int = 0) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def left_over(self) -> list[str]:
        """Processes of this run that are still there, PostgreSQL's among them; the last of them may need a moment to go,
        because its file says that it has stopped a little before it has."""
        until = time.monotonic() + 60
        while (there := self._there()) and time.monotonic() < until:
            time.sleep(0.1)
        return there

    def _there(self) -> list[str]:
        folder = str(self.output.parent)
        there = [process for process in self.family if process.is_running()]
        there += [p for p in psutil.process_iter(["cmdline"]) if folder in " ".join(p.info["cmdline"] or [])]
        return [str(process) for process in there if process.status() != psutil.STATUS_ZOMBIE]


def ask_for_a_new_password(run: Running, email: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", run.port, timeout=60)
    connection.request("GET", "/forgot")
    answer = connection.getresponse()
    token = answer.read().decode().split('name="csrf_token" value="')[1].split('"')[0]
    cookie = "; ".join(line.split(";")[0] for line in answer.headers.get_all("Set-Cookie") or [])
    form = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/forgot", urlencode({"email": email, "csrf_token": token}), form)
    answer = connection.getresponse()
    answer.read()
    assert answer.status in {200, 302}


def _links_to_reset(run: Running, mailbox: int) -> list[str]:
    """Mails to the buyer with a link to a new password. Others may be there: at :23 of each hour reminders go out."""
    mails = json.loads(run.get("/mails.json?to=buyer@demo.example", mailbox)[1])
    link = f"http://127.0.0.1:{run.port}/reset?token="
    return [mail["text"] for mail in mails if link in mail["text"]]


def _answers(run: Running, port: int) -> bool:
    try:
        return run.get("/_sandbox/health", port)[0] == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[], Running]]:
    started: list[Running] = []

    def begin() -> Running:
        started.append(Running(folder))
        return started[-1]

    yield begin
    for each in started:
        if each.process.poll() is None:
            each.stop(signal.SIGTERM)


@pytest.mark.slow
def test_from_nothing_to_the_demo_and_back(start: Callable[[], Running], folder: Path) -> None:
    run = start()
    run.wait_until_ready()
    assert f"Counterpart is ready: http://127.0.0.1:{run.port}" in run.said
    for person in ("buyer", "owner", "rep", "support", "store", "admin"):
        assert f"{person}@demo.example" in run.said
    assert "paint-the-town" in run.said
    assert run.get("/readyz")[0] == 200
    status, page = run.get("/sign-in")
    assert status == 200
    assert "Made-up demo data" in page
    mailbox = re.search(r"Mails it sends: http://127.0.0.1:(\d+)", run.said)
    assert mailbox is not None
    assert _links_to_reset(run, int(mailbox[1])) == []
    ask_for_a_new_password(run, "buyer@demo.example")
    until = time.monotonic() + 60
    while not _links_to_reset(run, int(mailbox[1])):
        assert time.monotonic() < until, "the worker sends it to the mailbox"
        time.sleep(0.2)
    payments = re.search(r"Test payments, watched and steered: http://127.0.0.1:(\d+)/_sandbox/", run.said)
    assert payments is not None
    until = time.monotonic() + 60
    while not _answers(run, int(payments[1])):
        assert time.monotonic() < until, "the pay sandbox starts with the portal"
        time.sleep(0.1)
    assert stat.S_IMODE((folder / "var" / "stripe-sandbox" / "portal.json").stat().st_mode) == 0o600
    agreed = subprocess.run(
        [sys.executable, "-m", "portal.cli", "reconcile"],
        env={**os.environ, "PORTAL_VAR": str(folder / "var"), "PORTAL_DEMO_SCALE": "small"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "The books and Stripe agree." in agreed.stdout, agreed.stderr
    assert agreed.returncode == 0
    secret = folder / "var" / "secret-key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert run.stop() == 0
    assert run.left_over() == []


def load_the_portal() -> float:
    """Seconds that a process takes for it: the yardstick of a slow machine, or of one on which others work, too."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import portal.app"], cwd=ROOT, check=True)
    return time.monotonic() - began


@pytest.mark.slow
def test_a_second_start_takes_six_seconds_at_most(start: Callable[[], Running]) -> None:
    """Six, where loading the portal takes less than two; more where that takes longer."""
    tries = []
    for _ in range(5):  # how busy the machine is changes from one second to the next
        before = load_the_portal()
        run = start()
        seconds = run.wait_until_ready()
        assert "Making up the demo company" not in run.said
        assert run.stop(signal.SIGTERM) == 0
        assert run.left_over() == []
        allowed = 6 * max(1, (before + load_the_portal()) / 2 / 1.8)
        if seconds <= allowed:
            return
        tries.append((seconds, allowed))
    pytest.fail(f"starts took {tries} (seconds, and how many were allowed)")


@pytest.mark.slow
def test_another_one_in_the_same_folder_is_refused(start: Callable[[], Running], folder: Path) -> None:
    run = start()
    run.wait_until_ready()
    refused = subprocess.run(
        [sys.executable, "-m", "portal.cli", "run"],
        env={**os.environ, "PORTAL_VAR": str(folder / "var"), "PORTAL_PORT": "1025"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Error: Counterpart already runs from {folder / 'var'} (process ")
    assert f"http://127.0.0.1:{run.port}" in refused.stderr
    assert run.get("/livez")[0] == 200


@pytest.mark.slow
@pytest.mark.chaos
def test_a_dead_child_is_started_again_and_the_rest_goes_on(start: Callable[[], Running]) -> None:
    """Seen failing with everything stopped, as it was. No secret shows in the process list."""
    run = start()
    run.wait_until_ready()
    (worker,) = [p for p in run.family if "worker" in p.cmdline()]
    worker.kill()
    until = time.monotonic() + 120
    while not [pid for pid, words in run.children().items() if "worker" in words and pid != worker.pid]:
        assert time.monotonic() < until, run.said
        assert run.process.poll() is None, run.said
        time.sleep(0.1)
    assert "The worker ended unexpectedly (exit code -9)" in run.said
    assert "It is started again in 1 s." in run.said
    assert run.get("/readyz")[0] == 200
    arguments = " ".join(word for words in run.children().values() for word in words)
    assert "sandbox.stripe" in arguments
    assert not re.search("sk_test_|whsec_", arguments)
    assert run.stop() == 0
    assert run.left_over() == []


@pytest.mark.slow
@pytest.mark.chaos
def test_a_killed_run_leaves_no_portal_behind_and_starts_again(start: Callable[[], Running]) -> None:
    run = start()
    run.wait_until_ready()
    run.stop(signal.SIGKILL)
    until = time.monotonic() + 60
    while any(p.is_running() and "postgres" not in p.name() for p in run.family) and time.monotonic() < until:
        time.sleep(0.2)
    assert [str(p) for p in run.family if p.is_running() and "postgres" not in p.name()] == []
    again = start()
    again.wait_until_ready()
    assert again.stop() == 0
    assert again.left_over() == []
