"""Alembic's entry: upgrades the database named in DATABASE_URL, or the connection it is handed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.exc import OperationalError

from portal.foundation.config import from_environment
from portal.foundation.db import UTCDateTime, psycopg_url
from portal.foundation.postgres import migrate
from portal.models import Base


def include_object(obj: object, name: str | None, type_: str, reflected: bool, compare_to: object) -> bool:
    """Leave out what the models do not describe: the job queue's tables and the log's monthly partitions."""
    if type_ == "table" and name is not None:
        return not name.startswith(("procrastinate_", "touchpoint_y", "touchpoint_other"))
    return True


def render_item(type_: str, obj: object, autogen_context: object) -> str | bool:
    """Write a type of ours in a migration as what it is in the database."""
    return "sa.DateTime(timezone=True)" if type_ == "type" and isinstance(obj, UTCDateTime) else False


@contextmanager
def impatient(connection: Connection) -> Iterator[None]:
    """Wait for a table for a few seconds only; work on it for as long as it takes."""
    settings: dict[str, Any] = {"lock_timeout": migrate.LOCK_TIMEOUT, "statement_timeout": "0"}
    before = {name: connection.exec_driver_sql(f"show {name}").scalar_one() for name in settings}
    _set(connection, settings)
    try:
        yield
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        raise migrate.TableHeld(
            f"The migration gave up: another connection held a table for longer than {migrate.LOCK_TIMEOUT}. "
            "The step it was at was undone. Run portal migrate again; if it gives up again, stop the worker and look "
            "for long transactions: select pid, xact_start, query from pg_stat_activity order by xact_start"
        ) from error
    finally:
        connection.rollback()
        _set(connection, before)


def _set(connection: Connection, settings: dict[str, Any]) -> None:
    for name, value in settings.items():
        connection.exec_driver_sql(f"set {name} = '{value}'")
    connection.commit()


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=include_object,
        render_item=render_item,
        compare_type=True,
        transaction_per_migration=True,
    )
    with impatient(connection), context.begin_transaction():
        context.run_migrations()


handed = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    engine = create_engine(psycopg_url(from_environment().database_url), poolclass=pool.NullPool)
    with engine.connect() as own:
        run(own)
