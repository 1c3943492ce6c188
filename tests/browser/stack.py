"""The portal as ``portal run`` starts it: database, mailbox, payments' sandbox, web server, worker; the small demo."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from portal.running import guards

ROOT = Path(__file__).parents[2]
SECONDS_TO_START = 180
SECONDS_FOR_A_MAIL = 30


class Stack:
    """One running portal.

    :param folder: for its var folder and what it says.
    :param database_url: an empty database of its own.
    """

    def __init__(self, folder: Path, database_url: str) -> None:
        self.port = guards.free_port("127.0.0.1", 0)
        # By name: browsers make no passkeys for a numeric address.
        self.address = f"http://localhost:{self.port}"
        self.log = folder / "said.txt"
        self.database_url = database_url
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        with self.log.open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "portal.cli", "run"],
                env={
                    **clean,
                    "DATABASE_URL": database_url,
                    "PORTAL_VAR": str(folder / "var"),
                    "PORTAL_PORT": str(self.port),
                    "PORTAL_PUBLIC_URL": self.address,
                    "PORTAL_DEMO_SCALE": "small",
                },
                cwd=ROOT,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait()
        self.mailbox = self._said(r"Mails it sends: (\S+)")
        self.payments = self._said(r"Test payments, .*: (\S+)/_sandbox/")

    def _said(self, pattern: str) -> str:
        found = re.search(pattern, self.log.read_text())
        assert found, self.log.read_text()
        return found[1]

    def _wait(self) -> None:
        until = time.monotonic() + SECONDS_TO_START
        while "is ready: " not in (said := self.log.read_text()):
            assert self._process.poll() is None, said
            assert time.monotonic() < until, said
            time.sleep(0.1)

    def mail(self, to: str, *, subject: str) -> dict[str, Any]:
        """The newest mail to somebody whose subject holds these words; waits until the worker has sent it."""
        until = time.monotonic() + SECONDS_FOR_A_MAIL
        while True:
            with urlopen(f"{self.mailbox}/mails.json?{urlencode({'to': to})}", timeout=5) as answer:  # noqa: S310
                mails = json.load(answer)
            fitting = [mail for mail in mails if subject in mail["subject"]]
            if fitting:
                return dict(fitting[0])
            there = [mail["subject"] for mail in mails]
            assert time.monotonic() < until, f"no mail “{subject}” to {to}; there are {there}"
            time.sleep(0.1)

    def advance(self, *, days: int) -> None:
        """Let days pass for the payment service: bank debits arrive or fail, refunds end."""
        body = json.dumps({"days": days}).encode()
        wanted = Request(f"{self.payments}/_sandbox/advance", body, {"Content-Type": "application/json"})  # noqa: S310
        with urlopen(wanted, timeout=10) as answer:  # noqa: S310
            answer.read()

    def stop(self) -> None:
        """Stop as Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)
        try:
            assert self._process.wait(60) == 0, self.log.read_text()
        finally:
            if self._process.poll() is None:
                self._process.kill()
