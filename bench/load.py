"""Running a scenario with several people at once and counting what came back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.client import Browser

# Does the person's job once; gets the browser and a running number.
Step = Callable[[Browser, int], None]


@dataclass(frozen=True)
class Measured:
    """One scenario under load. ``per_second`` counts whole jobs; times are milliseconds per job."""

    per_second: float
    p50_ms: float
    p95_ms: float
    jobs: int


def run(browsers: list[Browser], step: Step, seconds: float) -> Measured:
    """Let every browser repeat ``step`` for so long; the first second is warming up and not counted."""
    times: list[float] = []
    errors: list[Exception] = []
    start = time.perf_counter() + 1
    end = start + seconds

    def person(browser: Browser, first: int) -> None:
        number = first
        try:
            while (begin := time.perf_counter()) < end and not errors:
                step(browser, number)
                number += len(browsers)
                done = time.perf_counter()
                if begin >= start:
                    times.append(done - begin)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=person, args=(browser, n)) for n, browser in enumerate(browsers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    times.sort()
    return Measured(
        per_second=len(times) / seconds,
        p50_ms=times[len(times) // 2] * 1000,
        p95_ms=times[int(len(times) * 0.95)] * 1000,
        jobs=len(times),
    )
