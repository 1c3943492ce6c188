"""``make bench``: makes the world, starts the production server, runs each scenario and prints what it measured.

SCALE multiplies the orders (default 1: 25,000), SECONDS is the time per scenario, PEOPLE the people at once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench import bare, world
from bench.client import Browser
from bench.load import Measured, run
from bench.scenarios import SCENARIOS, Scenario, prepare
from bench.statements import count
from portal.foundation.config import Settings, var_dir
from portal.foundation.db import make_engine
from portal.foundation.embedded import EmbeddedPostgres
from portal.foundation.migrate import upgrade

PORT = int(os.environ.get("BENCH_PORT", "8190"))
SCALE = float(os.environ.get("SCALE", "1"))
SECONDS = float(os.environ.get("SECONDS_EACH", "8"))
PEOPLE = int(os.environ.get("PEOPLE", "8"))
SECRET = "bench-" + "x" * 40


def main() -> None:
    """Measure everything; the world of a scale is made once and used again."""
    server = EmbeddedPostgres(var_dir() / "bench-postgres")
    url = server.ensure_database(f"bench_{SCALE:g}".replace(".", "_"))
    settings = Settings(database_url=url, secret_key=SECRET, var_dir=var_dir(), environment="development")
    engine = make_engine(settings)
    upgrade(engine)
    _make_once(engine)
    found = world.look(engine)
    print(
        f"{found.companies:,} companies, {found.orders:,} orders, {found.lines:,} lines; {PEOPLE} people at once"
    )
    statements = count(settings, found)
    rows = []
    with serving(url) as log:
        for scenario in SCENARIOS:
            rows.append((scenario, _measure(scenario, found)))
            _tell(*rows[-1], statements[scenario.name])
    engine.dispose()
    plain = bare.measure(PEOPLE, min(SECONDS, 4))
    print(f"bare Flask and Jinja, 20 rows: {plain.per_second:.0f}/s")
    _keep(rows, statements, plain)
    print(f"server log: {log}")
    server.close()


def _make_once(engine: world.Engine) -> None:
    with engine.connect() as connection:
        made = connection.exec_driver_sql("select count(*) from sales_order").scalar_one()
    if not made:
        begin = time.perf_counter()
        print("Making the world …", flush=True)
        world.make(engine, SCALE)
        print(f"made in {time.perf_counter() - begin:.0f} s")


@contextmanager
def serving(url: str) -> Iterator[Path]:
    """The portal as in production: two workers, started and stopped here."""
    log = var_dir() / "log" / "bench.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "PORTAL_ENV": "development",
        "PORTAL_PORT": str(PORT),
        "PORTAL_PUBLIC_URL": f"http://127.0.0.1:{PORT}",
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_LOG_FORMAT": "json",
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "serve"], env=environment, stdout=output, stderr=output
        )
        try:
            _wait_until_ready(process)
            yield log
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_ready(process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError("the server did not start; see var/log/bench.log")
        try:
            with urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the server did not become ready; see var/log/bench.log")


def _measure(scenario: Scenario, found: world.World) -> Measured:
    people = [found.support] * PEOPLE if scenario.staff else found.buyers[:PEOPLE]
    browsers = [Browser(f"127.0.0.1:{PORT}", person) for person in people]
    for browser in browsers:
        prepare(browser)
    return run(browsers, scenario.step(found), SECONDS)


def _tell(scenario: Scenario, measured: Measured, statements: int) -> None:
    aim = f"  aim {scenario.aim:.0f}/s" if scenario.aim else ""
    print(
        f"{scenario.name:<20} {measured.per_second:8.1f}/s   p50 {measured.p50_ms:6.1f} ms   "
        f"p95 {measured.p95_ms:6.1f} ms   {statements:3} statements{aim}",
        flush=True,
    )


def _keep(rows: list[tuple[Scenario, Measured]], statements: dict[str, int], plain: Measured) -> None:
    """The figures as JSON beside the database, for comparing with the next run."""
    kept = {
        scenario.name: {
            "per_second": round(measured.per_second, 1),
            "p50_ms": round(measured.p50_ms, 1),
            "p95_ms": round(measured.p95_ms, 1),
            "statements": statements[scenario.name],
        }
        for scenario, measured in rows
    }
    kept["bare"] = {"per_second": round(plain.per_second, 1)}
    (var_dir() / f"bench-{SCALE:g}.json").write_text(json.dumps(kept, indent=2))


if __name__ == "__main__":
    main()
