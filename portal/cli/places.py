"""Which database a command works on, and with which settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from portal.foundation import config
from portal.foundation.config import Settings
from portal.foundation.tokens import new_token


def own_database_given() -> bool:
    """Whether DATABASE_URL names a server; otherwise the embedded one under var/ is meant."""
    return bool(os.environ.get("DATABASE_URL"))


@contextmanager
def settings() -> Iterator[Settings]:
    """Settings from the environment; without DATABASE_URL, those of ``portal run`` with its database started.

    :raises ConfigError: when a setting is wrong or the embedded database cannot start.
    """
    if own_database_given():
        # Commands sign nothing, so they also run where the portal's key is not set.
        yield config.from_environment({"PORTAL_SECRET_KEY": new_token(), **os.environ})
        return
    from portal.foundation.postgres.embedded import EmbeddedPostgres
    from portal.running import guards

    folder = config.var_dir()
    guards.prepare(folder)
    server = EmbeddedPostgres(folder / "postgres")
    try:
        environment = {**_of_run(folder), "DATABASE_URL": server.ensure_database("counterpart")}
        yield config.from_environment(environment)
    finally:
        server.close()


def _of_run(folder: Path) -> dict[str, str]:
    """The environment as ``portal run`` completes it."""
    from portal.running import guards, pay_sandbox

    payments = None if os.environ.get("PORTAL_STRIPE_KEY") else pay_sandbox.known(folder)
    return {
        "PORTAL_ENV": "development",
        "PORTAL_SECRET_KEY": guards.secret_key(folder),
        **({"PORTAL_DEMO": "yes", **payments.environment} if payments else {}),
        **os.environ,
    }


@contextmanager
def database() -> Iterator[Engine]:
    """A pool of connections to the database, checked to be there and new enough.

    :raises ConfigError: in one sentence when it is not.
    """
    with settings() as known, connected(known) as engine:
        yield engine


@contextmanager
def connected(known: Settings) -> Iterator[Engine]:
    """A pool of connections to the database of these settings.

    :raises ConfigError: when it is not there or too old.
    """
    import portal.models  # noqa: F401  (every table must be known before the first one is written)
    from portal.foundation.db import make_engine
    from portal.foundation.postgres import reachable

    engine = make_engine(known, pool_size=2)
    try:
        reachable.check(engine)
        yield engine
    finally:
        engine.dispose()
