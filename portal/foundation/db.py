"""The database: declarative base, column types, engine and sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Engine, Identity, MetaData, Numeric, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

from portal.foundation.config import ConfigError, Settings
from portal.foundation.postgres.statements import PlainCursor
from portal.foundation.secrets.handles import use_database

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Parent of every model."""

    metadata = MetaData(naming_convention=NAMING)


class UTCDateTime(TypeDecorator[datetime]):
    """``timestamptz`` that takes aware datetimes only and gives UTC back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone was given to the database")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


# A column that is written the same way in every model.
BigId = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]
UnitPrice = Numeric(14, 4)


def psycopg_url(text: str) -> URL:
    """The SQLAlchemy address for a ``postgresql://`` URL, always through psycopg 3.

    :raises ConfigError: when it is not the address of a PostgreSQL database.
    """
    try:
        url = make_url(text)
    except Exception as error:
        raise ConfigError("DATABASE_URL is not an address like postgresql://user@host/database.") from error
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise ConfigError(f"DATABASE_URL names {url.get_backend_name()}; Counterpart needs PostgreSQL.")
    return url.set(drivername="postgresql+psycopg")


def make_engine(settings: Settings, **options: Any) -> Engine:
    """The connection pool. Sessions speak UTC, whatever the server's default zone."""
    options.setdefault("pool_size", settings.pool_size)
    options.setdefault("max_overflow", 2)
    options.setdefault("pool_timeout", 10)
    # An error's text would otherwise carry people's names and addresses into the log.
    options.setdefault("hide_parameters", settings.environment == "production")
    connect_args = {
        # The last three: reading an index page costs about what any page does, how near a misspelt word must be, and
        # no compiling of a plan by machine code, which takes longer than any statement here runs.
        "options": "-c timezone=UTC -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000"
        " -c random_page_cost=1.1 -c pg_trgm.word_similarity_threshold=0.45 -c jit=off"
        # Asked for in the statements that read tax rates (billing/tax).
        f" -c app.tax_rounding={settings.tax_rounding}",
        "connect_timeout": 5,
        "application_name": "counterpart",
        "cursor_factory": PlainCursor,
    }
    connect_args.update(options.pop("connect_args", {}))
    return create_engine(psycopg_url(settings.database_url), connect_args=connect_args, **options)


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after the commit. Handles have the key of their database from now on."""
    use_database(engine)
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def transaction(sessions: Callable[[], Session]) -> Iterator[Session]:
    """One unit of work outside a request: commits at the end, rolls back on any exception."""
    with sessions() as session, session.begin():
        yield session
