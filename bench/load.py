"""Running a scenario with several people at once and counting what came back.

Pages are asked for by wrk where it is installed: a client in Python would need as much of the machine as the
portal. Chains of forms are done by threads of this process; how much of the machine that took is said.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.client import Browser

# Does the person's job once; gets the browser and a running number.
Step = Callable[[Browser, int], None]
WRK = shutil.which("wrk")
SCRIPT = Path(__file__).with_name("requests.lua")
SAID = re.compile(r"measured (\d+) (\d+) (\d+) (\d+) (\d+)")
WARM_SECONDS = 2


@dataclass(frozen=True)
class Measured:
    """One scenario under load. ``per_second`` counts whole jobs; times are milliseconds per job; ``client`` is
    the client's part of the machine, 1 for all of it."""

    per_second: float
    p50_ms: float
    p95_ms: float
    jobs: int
    client: float


def fetch(host: str, asked: Sequence[tuple[str, str]], people: int, seconds: float) -> Measured:
    """Let wrk ask for pages, given as path and cookie header, over as many connections as there are people.

    :raises RuntimeError: when a request was not answered with 2xx or 3xx.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"{path}\t{cookie}\n" for path, cookie in asked)
        file.flush()
        _wrk(host, file.name, people, WARM_SECONDS)
        before = os.times()
        requests, microseconds, p50, p95, failed = _wrk(host, file.name, people, max(1, round(seconds)))
        after = os.times()
    if failed:
        raise RuntimeError(f"{failed} of {requests} requests failed, among them perhaps {asked[0][0]}")
    took = microseconds / 1_000_000
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(requests / took, p50 / 1000, p95 / 1000, requests, busy / took / (os.cpu_count() or 1))


def _wrk(host: str, file: str, people: int, seconds: int) -> list[int]:
    command = [
        str(WRK),
        "--threads",
        "1",
        "--connections",
        str(people),
        "--duration",
        f"{seconds}s",
        "--timeout",
        "20s",
        "--script",
        str(SCRIPT),
        f"http://{host}/",
        "--",
        file,
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = SAID.search(said)
    if found is None:
        raise RuntimeError(f"wrk said nothing to measure by: {said}")
    return [int(each) for each in found.groups()]


def run(browsers: list[Browser], step: Step, seconds: float) -> Measured:
    """Let every browser repeat ``step`` for so long; the first seconds are warming up and not counted."""
    times: list[float] = []
    errors: list[Exception] = []
    start = time.perf_counter() + WARM_SECONDS
    end = start + seconds

    def person(browser: Browser, first: int) -> None:
        number = first
        try:
            while (begin := time.perf_counter()) < end and not errors:
                step(browser, number)
                number += len(browsers)
                done = time.perf_counter()
                if begin >= start and done <= end:
                    times.append(done - begin)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=person, args=(browser, n)) for n, browser in enumerate(browsers)]
    busy = time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    busy = time.process_time() - busy
    if errors:
        raise errors[0]
    times.sort()
    return Measured(
        per_second=len(times) / seconds,
        p50_ms=times[len(times) // 2] * 1000,
        p95_ms=times[int(len(times) * 0.95)] * 1000,
        jobs=len(times),
        client=busy / (seconds + WARM_SECONDS) / (os.cpu_count() or 1),
    )
