"""Every test runs on a real PostgreSQL: TEST_DATABASE_URL, or the embedded one under var/."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as drawing

# The fixtures import what they need when they run: a run of unit tests loads neither the portal nor a database.
if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker

    from portal.foundation.config import Settings
    from tests.builders import Build
    from tests.page import PageClient
    from tests.paying import Till
    from tests.sandbox.stripe.standing import Sandbox

# What is drawn is the same in every run, however slow the machine is; HYPOTHESIS_PROFILE=default looks further.
drawing.register_profile(
    "certain", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
# `make test-fast` draws a quarter as often.
drawing.register_profile("fast", drawing.get_profile("certain"), max_examples=25)
drawing.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "certain"))
MIGRATIONS = Path(__file__).parents[1] / "migrations"

HANDLE_KEY = b"a key for tests."  # of every test database, so that processes agree on handles
# Empties every table, the append-only ones too: triggers sleep while this role replicates.
WIPE = """
do $$
declare t regclass;
begin
  set local session_replication_role = replica;
  for t in select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and c.relkind = 'r' and c.relname not in ('alembic_version', 'handle_key')
  loop
    execute 'delete from ' || t;
  end loop;
end $$
"""


def _settings(url: str) -> Settings:
    from portal.foundation.config import Settings, var_dir

    return Settings(
        database_url=url,
        secret_key="test-secret-" + "x" * 32,
        var_dir=var_dir(),
        environment="development",
        public_url="http://localhost",
        seller_name="Test Coatings",
        log_format="text",
    )


@pytest.fixture(scope="session")
def server_url(worker_name: str) -> Iterator[Callable[[str], str]]:
    """Gives the address of a database by name on the test server.

    Each of several parallel test processes has a server of its own: transactions in one database hold back
    what an export of another may read.
    """
    import psycopg

    from portal.billing.documents import pdf as rendering
    from portal.foundation.config import var_dir
    from portal.foundation.postgres.embedded import EmbeddedPostgres

    rendering.MOST_SECONDS = 300  # a long PDF is finished on a busy machine, too
    own = os.environ.get("TEST_DATABASE_URL")
    if own:
        yield lambda name: own.rsplit("/", 1)[0] + "/" + name
        return
    number = worker_name.removeprefix("gw")
    server = EmbeddedPostgres(var_dir() / ("test-postgres" + (f"-{number}" if number.isdigit() else "")))
    with psycopg.connect(server.url(), autocommit=True) as connection:
        # Tests need answers, not durability.
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.execute(f"alter system set {setting}")
        connection.execute("select pg_reload_conf()")
    yield server.url
    server.close()


def _migrations_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted((MIGRATIONS / "versions").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def database_url(server_url: Callable[[str], str], worker_name: str) -> Iterator[str]:
    """A migrated, empty database of this test process."""
    import psycopg

    from portal.foundation.db import make_engine
    from portal.foundation.postgres.migrate import upgrade

    template = f"template_{_migrations_digest()}"
    name = f"test_{os.getpid()}_{worker_name}"
    with psycopg.connect(server_url("postgres"), autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(4711)")
        row = connection.execute("select 1 from pg_database where datname = %s", [template]).fetchone()
        if row is None:
            connection.execute(f'drop database if exists "{template}_new" with (force)')  # of a failed try
            connection.execute(f'create database "{template}_new"')
            engine = make_engine(_settings(server_url(f"{template}_new")))
            upgrade(engine)
            with engine.begin() as handles:
                handles.exec_driver_sql("update handle_key set key = %s", (HANDLE_KEY,))
            engine.dispose()
            connection.execute(f'alter database "{template}_new" rename to "{template}"')
        connection.execute(f'create database "{name}" template "{template}"')
        connection.execute("select pg_advisory_unlock(4711)")
    yield server_url(name)
    with psycopg.connect(server_url("postgres"), autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)')


@pytest.fixture(scope="session")
def worker_name() -> str:
    """Name of this parallel test process."""
    return os.environ.get("PYTEST_XDIST_WORKER", "one")


@pytest.fixture(scope="session")
def settings(database_url: str) -> Settings:
    return _settings(database_url)


@pytest.fixture(scope="session")
def shared_engine(settings: Settings) -> Iterator[Engine]:
    from portal.foundation.db import make_engine
    from portal.foundation.postgres.statements import CountingCursor

    engine = make_engine(settings, max_overflow=30, connect_args={"cursor_factory": CountingCursor})
    yield engine
    engine.dispose()


@pytest.fixture
def engine(shared_engine: Engine) -> Iterator[Engine]:
    """The test database; emptied after the test."""
    yield shared_engine
    with shared_engine.begin() as connection:
        connection.exec_driver_sql(WIPE)


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    from portal.foundation.db import make_sessions

    return make_sessions(engine)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session for domain tests. What is not committed is rolled back."""
    with sessions() as opened:
        yield opened


@pytest.fixture
def build(sessions: sessionmaker[Session]) -> Iterator[Build]:
    """Makes companies, people, products, stores …, each committed at once."""
    from tests.builders import Build

    builder = Build(sessions())
    yield builder
    builder.session.close()


@pytest.fixture(scope="session")
def shared_app(settings: Settings, shared_engine: Engine) -> Flask:
    from portal.app import create_app

    app = create_app(settings, shared_engine)
    app.config.update(TESTING=True)
    return app


@pytest.fixture
def app(shared_app: Flask, engine: Engine) -> Flask:
    return shared_app


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A browser without scripts that checks the HTML of every page it gets."""
    from tests.page import PageClient

    return PageClient(app)


@pytest.fixture
def statements() -> Callable[[], AbstractContextManager[list[str]]]:
    """``with statements() as heard:`` collects the SQL statements executed inside."""
    from portal.foundation.postgres.statements import counted

    return counted


@pytest.fixture(scope="session")
def stripe_process() -> Iterator[Sandbox]:
    """The sandbox's Stripe, one process for all tests of this process."""
    from tests.sandbox.stripe.standing import Sandbox

    running = Sandbox("memory")
    yield running
    running.stop()


@pytest.fixture
def stripe_sandbox(stripe_process: Sandbox) -> Sandbox:
    """The sandbox's Stripe, with nothing in it and no fault switched on."""
    import requests

    requests.delete(f"{stripe_process.url}/_sandbox/faults", timeout=5)
    stripe_process.control("reset")
    return stripe_process


@pytest.fixture
def till(stripe_sandbox: Sandbox, sessions: sessionmaker[Session], build: Build) -> Till:
    """A company with a payer, and all it takes to pay at the sandbox's Stripe."""
    from tests.paying import Till

    return Till(stripe_sandbox, sessions, build)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a database, so that ``make test-fast`` can leave it out."""
    for item in items:
        if "server_url" in getattr(item, "fixturenames", ()):
            item.add_marker("database")
