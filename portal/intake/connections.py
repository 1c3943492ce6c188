"""The two connections of an import, and the lock that keeps a second import out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

import psycopg
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from portal.intake.source import BadFile

# Any fixed number.
IMPORT_LOCK = 7_261_002
PATIENCE = 3.0  # seconds
# No time limits; and the server notices within a second that the import was killed, so that the next one does not
# wait for a statement to finish.
SETTINGS = (
    "statement_timeout = 0",
    "idle_in_transaction_session_timeout = 0",
    "client_connection_check_interval = '1s'",
)


@contextmanager
def import_connections(engine: Engine) -> Iterator[tuple[psycopg.Connection[Any], Session]]:
    """A plain connection in autocommit for COPY, and a session for orders.

    :raises BadFile: when another import is running.
    """
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True, options="-c timezone=UTC") as connection:
        _prepare(connection)
        _lock(connection)
        with engine.connect() as held:
            rounding = held.exec_driver_sql("select current_setting('app.tax_rounding', true)").scalar()
            connection.execute("select set_config('app.tax_rounding', %s, false)", [rounding or ""])
            _prepare(held.connection.driver_connection)
            held.rollback()
            try:
                with Session(held, expire_on_commit=False) as session:
                    yield connection, session
            finally:
                held.invalidate()  # its settings must not reach others
                _unlock(connection)


@contextmanager
def checking_connections(engine: Engine) -> Iterator[tuple[psycopg.Connection[Any], Session]]:
    """As :func:`import_connections`, but both are one transaction that is rolled back: what is a transaction of its own
    otherwise is a savepoint inside it. Rows that would change stay locked until the end.

    :raises BadFile: when another import is running.
    """
    with engine.connect() as held:
        connection = cast("psycopg.Connection[Any]", held.connection.driver_connection)
        try:
            _prepare(connection)
            connection.execute(f"set lock_timeout = '{PATIENCE:g}s'")
            held.begin()
            _lock(connection)
            with Session(held, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
                yield connection, session
        finally:
            held.rollback()
            held.invalidate()  # its settings and its lock must not reach others


def _lock(connection: Any) -> None:
    # The server may take a moment to notice that the previous import has ended.
    until = time.monotonic() + PATIENCE
    while not connection.execute("select pg_try_advisory_lock(%s)", [IMPORT_LOCK]).fetchone()[0]:
        if time.monotonic() > until:
            raise BadFile("Another import is running on this database; wait until it has finished.")
        time.sleep(0.1)


def _unlock(connection: Any) -> None:
    # Now, rather than when the server closes the connection; a broken connection has released it already.
    with suppress(psycopg.Error):
        connection.execute("select pg_advisory_unlock(%s)", [IMPORT_LOCK])


def _prepare(connection: Any) -> None:
    for setting in SETTINGS:
        connection.execute(f"set {setting}")
    connection.commit()


def tidy_up(connection: psycopg.Connection[Any], session: Session) -> None:
    """After many new rows: refresh the planner's statistics and the visibility map for index-only scans."""
    session.execute(text("select pg_stat_force_next_flush()"))
    session.commit()
    connection.execute("select pg_stat_force_next_flush()")
    for (table,) in connection.execute(
        "select format('%I', relname) from pg_stat_user_tables where schemaname = 'public' "
        "and (n_mod_since_analyze > 1000 or n_ins_since_vacuum > 1000)"
    ).fetchall():
        connection.execute(f"vacuum (analyze) {table}")
