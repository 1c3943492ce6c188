"""``make bench``: makes the world, starts the production server, runs each scenario and prints what it measured.

SCALE multiplies the orders (default 1: 25,000), SECONDS_EACH is the time per scenario, PEOPLE the people at once.
``python -m bench shares`` says instead where the time of each scenario goes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from sqlalchemy import Engine

from bench import bare, shares, world
from bench.load import WRK, Measured
from bench.scenarios import SCENARIOS, Scenario, measure
from bench.statements import count
from portal.foundation.config import Settings, var_dir
from portal.foundation.db import make_engine
from portal.foundation.postgres.embedded import EmbeddedPostgres
from portal.foundation.postgres.migrate import upgrade

PORT = int(os.environ.get("BENCH_PORT", "8190"))
HOST = f"127.0.0.1:{PORT}"
SCALE = float(os.environ.get("SCALE", "1"))
SECONDS = float(os.environ.get("SECONDS_EACH", "8"))
PEOPLE = int(os.environ.get("PEOPLE", "8"))
SECRET = "bench-kD93mfQ0v7_Lw1xTq8ZrYbNcHs5UeAoPj2GiV4"


def main() -> None:
    """Measure everything; the world of a scale is made once and used again."""
    server = EmbeddedPostgres(var_dir() / "bench-postgres")
    url = server.ensure_database(f"bench_{SCALE:g}".replace(".", "_"))
    settings = Settings(database_url=url, secret_key=SECRET, var_dir=var_dir())
    engine = make_engine(settings)
    upgrade(engine)
    _make_once(engine)
    found = world.look(engine)
    engine.dispose()
    print(f"{found.companies:,} companies, {found.orders:,} orders, {found.lines:,} lines")
    if sys.argv[1:] == ["shares"]:
        with _log("shares").open("w") as log, redirect_stderr(log):
            shares.print_shares(settings, found)
    else:
        _measure_all(settings, found)
    server.close()


def _log(name: str) -> Path:
    log = var_dir() / "log" / f"bench-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    return log


def _measure_all(settings: Settings, found: world.World) -> None:
    with _log("statements").open("w") as log, redirect_stderr(log):
        statements = count(settings, found)
    print(f"{PEOPLE} people at once; pages asked for by {'wrk' if WRK else 'threads in Python'}", flush=True)
    kept: dict[str, dict[str, float]] = {}
    with serving(settings.database_url):
        for scenario in SCENARIOS:
            measured, size = measure(scenario, found, HOST, PEOPLE, SECONDS)
            kept[scenario.name] = _figures(measured, statements[scenario.name], size)
            _tell(scenario, measured, statements[scenario.name], size)
    with bare.serving(settings.database_url):
        for scenario in SCENARIOS:
            if scenario.page is not None:
                size = round(kept[scenario.name]["bytes"])
                plain = bare.measure(f"/?bytes={size}", PEOPLE, min(SECONDS, 4))
                kept[scenario.name]["bare_per_second"] = round(plain.per_second, 1)
                print(f"bare Flask and Jinja, {size:6,} bytes: {plain.per_second:6.0f}/s")
        plain = bare.measure("/orm", PEOPLE, min(SECONDS, 4))
        print(f"bare Flask and Jinja, 20 rows by the ORM: {plain.per_second:6.0f}/s")
        kept["bare, 20 rows by the ORM"] = {"per_second": round(plain.per_second, 1)}
    (var_dir() / f"bench-{SCALE:g}.json").write_text(json.dumps(kept, indent=2))


def _make_once(engine: Engine) -> None:
    with engine.connect() as connection:
        made = connection.exec_driver_sql("select exists (select from sales_order)").scalar_one()
    if not made:
        begin = time.perf_counter()
        print("Making the world …", flush=True)
        world.make(engine, SCALE)
        print(f"made in {time.perf_counter() - begin:.0f} s")


@contextmanager
def serving(url: str) -> Iterator[None]:
    """The portal as in production, with its log in a file; PORTAL_WORKERS and PORTAL_THREADS count."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "PORTAL_ENV": "production",
        "PORTAL_PORT": str(PORT),
        "PORTAL_PUBLIC_URL": f"http://{HOST}",
        "PORTAL_SECRET_KEY": SECRET,
        # Support is measured, not limited.
        "PORTAL_LOOKUPS_PER_MINUTE": "1000000000",
        "PORTAL_LOOKUPS_PER_HOUR": "1000000000",
        "PORTAL_STAFF_SECOND_FACTOR": "no",  # its people are made with sessions, not signed in
    }
    with _log("server").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "serve"], env=environment, stdout=output, stderr=output
        )
        try:
            _wait_until_ready(process)
            yield
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_ready(process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        try:
            with urlopen(f"http://{HOST}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not become ready; see {_log('server')}")


def _figures(measured: Measured, statements: int, size: int) -> dict[str, float]:
    return {
        "per_second": round(measured.per_second, 1),
        "p50_ms": round(measured.p50_ms, 1),
        "p95_ms": round(measured.p95_ms, 1),
        "statements": statements,
        "bytes": size,
        "client": round(measured.client, 3),
    }


def _tell(scenario: Scenario, measured: Measured, statements: int, size: int) -> None:
    aim = f"  aim {scenario.aim:.0f}/s" if scenario.aim else ""
    print(
        f"{scenario.name:<20} {measured.per_second:7.1f}/s  p50 {measured.p50_ms:6.1f} ms  p95 {measured.p95_ms:6.1f} ms"
        f"  {statements:3} statements  {size:7,} bytes  client {measured.client:3.0%}{aim}",
        flush=True,
    )


if __name__ == "__main__":
    main()
