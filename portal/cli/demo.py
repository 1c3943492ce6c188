"""The demo company: made up by sandbox/demo, brought in by the ordinary import, shown on the first run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Engine, create_engine, pool, text

from portal.foundation import config
from portal.foundation.clock import utcnow
from portal.foundation.config import ConfigError
from portal.foundation.db import psycopg_url

Say = Callable[[str], None]
PASSWORD = "paint-the-town"  # noqa: S105  (the demo's, printed on purpose)
PEOPLE = (
    ("buyer@demo.example", "buyer of a painting firm: reorder, pick up, follow"),
    ("owner@demo.example", "the firm's owner: its people and all its orders"),
    ("rep@demo.example", "sales rep: the same on a customer's behalf"),
    ("support@demo.example", "support: find any order in seconds"),
    ("store@demo.example", "store associate: the counter's queue"),
    ("admin@demo.example", "administrator: staff and everything else"),
)


def seed_when_empty(url: str, say: Say) -> bool:
    """Seed a database that holds nothing, or one whose seeding was interrupted.

    :returns: whether the demo people are there.
    """
    engine = create_engine(psycopg_url(url), poolclass=pool.NullPool)
    if find_spec("sandbox") is not None and (_unfinished().exists() or _is_empty(engine)):
        say("Making up the demo company, with two years of orders (once, some seconds) …")
        seed(engine, lambda _: None)
    return bool(_people_in(engine))


def seed(engine: Engine, say: Say) -> None:
    """Make the demo company's files and import them; going on where an interrupted run stopped.

    :raises ConfigError: where the sandbox is not installed.
    """
    if find_spec("sandbox") is None:
        raise ConfigError("The demo company comes with the source, not with the installed package.")
    from portal.cli.data import shown_import

    folder = config.var_dir() / "demo"
    if not _unfinished().exists():
        shutil.rmtree(folder, ignore_errors=True)
        made = subprocess.run(  # noqa: S603  (our own program)
            [sys.executable, "-m", "sandbox.demo", "--out", str(folder), *_scale()],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if made.returncode:
            raise ConfigError(f"The demo company could not be made: {made.stdout.strip().splitlines()[-1]}")
        _unfinished().touch()
    shown_import(engine, folder, utcnow(), say)
    _unfinished().unlink()


def introduce(url: str, address: str, say: Say) -> None:
    """Say that the portal is ready, and who can sign in where the demo company is there."""
    say("")
    say(f"Counterpart is ready: {address}")
    there = _people_in(create_engine(psycopg_url(url), poolclass=pool.NullPool))
    if there:
        say(f"Demo people, all with the password {PASSWORD}:")
        for email, what in PEOPLE:
            if email in there:
                say(f"  {email:<22} {what}")
    say("Stop with Ctrl-C.")


def _people_in(engine: Engine) -> set[str]:
    wanted = {"emails": [email for email, _ in PEOPLE]}
    with engine.connect() as connection:
        found = connection.execute(text("select email from app_user where email = any(:emails)"), wanted)
        return set(found.scalars())


def _is_empty(engine: Engine) -> bool:
    with engine.connect() as connection:
        found: bool = connection.execute(
            text("select exists (select from company) or exists (select from app_user)")
        ).scalar_one()
        return not found


def _unfinished() -> Path:
    return config.var_dir() / "demo.unfinished"


def _scale() -> list[str]:
    size = os.environ.get("PORTAL_DEMO_SCALE")
    return ["--scale", size] if size else []
