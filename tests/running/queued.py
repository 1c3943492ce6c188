"""Runs queued jobs at once, as the worker would."""

from __future__ import annotations

from sqlalchemy import Engine, text

from portal.foundation import rooms
from portal.foundation.config import Settings
from portal.foundation.db import make_sessions
from portal.foundation.jobs import House, by_name


def run_queued(settings: Settings, engine: Engine, name: str) -> int:
    """Run every queued job of a name, oldest first. Returns how many."""
    job = by_name(each for module in rooms.modules("jobs") for each in module.JOBS)[name]
    with engine.begin() as connection:
        taken = text("delete from procrastinate_jobs where task_name = :name returning id, args")
        rows = sorted(connection.execute(taken, {"name": name}).all())
    for row in rows:
        job.run(House(settings, engine, make_sessions(engine)), **row.args)
    return len(rows)
