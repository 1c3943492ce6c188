"""Where the time goes: CPU milliseconds of one process per scenario, split by who spends them.

No server and no network: requests go straight into the application. The time of PostgreSQL itself is read from
the operating system (Linux only; nothing where it is not told).
"""

from __future__ import annotations

import functools
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import jinja2
import psycopg
import sqlalchemy.orm
from sqlalchemy import Engine

from bench.scenarios import SCENARIOS, Scenario
from bench.statements import Direct
from bench.world import World
from portal.app import create_app
from portal.foundation.config import Settings
from portal.foundation.db import make_engine
from portal.web import touch

REPEATS = 60
ROUNDS = 5
# Who is called where; what is called inside is taken off.
PLACES: tuple[tuple[Any, str, str], ...] = (
    (psycopg.Cursor, "execute", "driver"),
    (psycopg.Cursor, "fetchall", "driver"),
    (psycopg.Cursor, "fetchone", "driver"),
    (psycopg.Connection, "commit", "driver"),
    (psycopg.Connection, "rollback", "driver"),
    (sqlalchemy.orm.Session, "execute", "SQLAlchemy"),
    (sqlalchemy.orm.Session, "connection", "SQLAlchemy"),
    (sqlalchemy.orm.Session, "commit", "SQLAlchemy"),
    (sqlalchemy.orm.Session, "flush", "SQLAlchemy"),
    (sqlalchemy.orm.Session, "close", "SQLAlchemy"),
    (jinja2.Template, "render", "templates"),
    (touch, "_write", "after the response"),
    (flask.Flask, "dispatch_request", "our code"),
    (flask.Flask, "preprocess_request", "framework"),
    (flask.Flask, "process_response", "framework"),
    (flask.Flask, "wsgi_app", "framework"),
)


class Clock:
    """Adds up the CPU time of nested calls, each without what it calls."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._inside: list[float] = []

    def listen(self, owner: Any, name: str, share: str) -> None:
        """Replace a function by one that is timed."""
        timed: Callable[..., Any] = getattr(owner, name)

        @functools.wraps(timed)
        def call(*args: Any, **kwargs: Any) -> Any:
            begin = time.thread_time()
            self._inside.append(0.0)
            try:
                return timed(*args, **kwargs)
            finally:
                took = time.thread_time() - begin
                self.spent[share] += took - self._inside.pop()
                if self._inside:
                    self._inside[-1] += took

        setattr(owner, name, call)


def print_shares(settings: Settings, world: World) -> None:
    """Print the shares of every scenario; the best of several rounds."""
    engine = make_engine(settings)
    app = create_app(settings, engine)
    clock = Clock()
    for place in PLACES:
        clock.listen(*place)
    for scenario in SCENARIOS:
        person = world.support if scenario.staff else world.buyers[3]
        browser = Direct(app, person)
        browser.prepare()
        job = _job(scenario, world, browser)
        for n in range(12):
            job(n)
        database = _database_ms(engine)
        rounds = [_round(clock, job) for _ in range(ROUNDS)]
        database = (_database_ms(engine) - database) / REPEATS / ROUNDS
        best = min(rounds, key=lambda each: sum(each.values()))
        shares = "  ".join(f"{name} {spent:.2f}" for name, spent in sorted(best.items(), key=_largest_first))
        print(
            f"{scenario.name:<20} {sum(best.values()):6.2f} ms Python ({shares}), PostgreSQL {database:.2f} ms"
        )
    engine.dispose()


def _job(scenario: Scenario, world: World, browser: Direct) -> Callable[[int], None]:
    page, step = scenario.page, scenario.step
    if page is not None:
        return lambda n: browser.look(page(world, browser.person, n))
    assert step is not None
    return lambda n: step(browser, n)


def _round(clock: Clock, job: Callable[[int], None]) -> dict[str, float]:
    clock.spent.clear()
    for n in range(REPEATS):
        job(n)
    return {name: spent / REPEATS * 1000 for name, spent in clock.spent.items()}


def _largest_first(share: tuple[str, float]) -> float:
    return -share[1]


def _database_ms(engine: Engine) -> float:
    """CPU time so far of the server processes behind our connections."""
    with engine.connect() as connection:
        ids = connection.exec_driver_sql(
            "select pid from pg_stat_activity where datname = current_database() and application_name = 'counterpart'"
        ).scalars()
        ticks = [_ticks(Path(f"/proc/{process}/stat")) for process in ids]
    return sum(ticks) * 10.0


def _ticks(stat: Path) -> int:
    if not stat.exists():
        return 0
    fields = stat.read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])
