"""The portal's real processes on a database of their own, to be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Processes:
    """Web server and worker, each in a process group of its own."""

    def __init__(self, database_url: str, smtp_port: int, log: Path, port: int = 0, **more: str) -> None:
        self.port = port or free_port()
        self.log = log.open("ab")
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "PORTAL_ENV": "development",
            "PORTAL_PORT": str(self.port),
            "PORTAL_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "PORTAL_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
            "PORTAL_SECRET_KEY": "chaos-" + "x" * 40,
            **more,
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self, name: str) -> None:
        """Start ``serve`` or ``worker``; waits until the server answers."""
        self._running[name] = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", name],
            env=self._environment,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        if name == "serve":
            self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                with urlopen(f"http://{self.address}/readyz", timeout=10) as answer:
                    if answer.status == 200:
                        return
            except (URLError, OSError):
                time.sleep(0.05)
        raise AssertionError(f"the server did not start again; see {self.log.name}")

    def kill(self, name: str) -> None:
        """kill -9 of the whole process group: nothing gets to clean up."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        """Stop whatever still runs."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            process.wait(60)
        self.log.close()
