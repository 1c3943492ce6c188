"""The processes that ``portal run`` starts, watches and stops."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LOG_LIMIT = 10 * 1024 * 1024
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Plan:
    """What is to run: a name for people, arguments for Python (others can read them: no secrets), its environment, and
    how long a stop may take (seconds)."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    stop_seconds: float = 25.0


class Child:
    """A running process in a session of its own: Ctrl-C reaches the parent alone, which stops it in order."""

    def __init__(self, plan: Plan, log: Path) -> None:
        self.plan = plan
        self.log = log
        self.began = time.monotonic()
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, *plan.arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(plan.environment),
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def last_words(self) -> str:
        """The last line it logged."""
        tail = self.log.read_bytes()[-4000:].decode(errors="replace").strip().splitlines()
        return tail[-1].strip() if tail else ""

    def obituary(self) -> str:
        """One sentence about a child that has ended."""
        last = self.last_words()
        return f"The {self.plan.name} ended unexpectedly (exit code {self.returncode}); log: {self.log}" + (
            f"; its last line: {last}" if last else "."
        )

    def stop(self) -> None:
        """Ask it to finish what it does and end; after its time, insist."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(self.plan.stop_seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def die_with_parent() -> Callable[[], None] | None:
    """For a child's start: on Linux, the kernel stops the children when this process is killed and cannot stop them."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
