"""Alembic's entry: upgrades the database named in DATABASE_URL, or the connection it is handed."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine, pool

from portal.foundation.config import from_environment
from portal.foundation.db import psycopg_url
from portal.models import Base


def include_object(obj: object, name: str | None, type_: str, reflected: bool, compare_to: object) -> bool:
    """Leave out what the models do not describe: the job queue's tables and the log's monthly partitions."""
    if type_ == "table" and name is not None:
        return not name.startswith(("procrastinate_", "touchpoint_y", "touchpoint_other"))
    return True


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=include_object,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    engine = create_engine(psycopg_url(from_environment().database_url), poolclass=pool.NullPool)
    with engine.connect() as own:
        run(own)
