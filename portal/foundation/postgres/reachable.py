"""Is the database there, new enough and open to us? If not, why: in one sentence for the administrator."""

from __future__ import annotations

from sqlalchemy import Engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from portal.foundation.config import ConfigError

OLDEST = 16


def check(engine: Engine) -> str:
    """The server's version, like ``18.1``.

    :raises ConfigError: when it can't be reached or is older than PostgreSQL 16.
    """
    try:
        with engine.connect() as connection:
            version = connection.execute(text("select current_setting('server_version_num')")).scalar_one()
    except (SQLAlchemyError, UnicodeError) as error:
        raise ConfigError(sentence(engine.url, error)) from error
    major, minor = divmod(int(version), 10000)
    if major < OLDEST:
        raise ConfigError(f"{_place(engine.url)} is PostgreSQL {major}; Counterpart needs {OLDEST} or newer.")
    return f"{major}.{minor}"


def _first_line(said: str) -> str:
    return next((line.strip() for line in said.splitlines() if line.strip()), "")


_UNKNOWN_HOST = ("resolve", "translate host name", "name or service not known")


def sentence(url: URL, error: Exception) -> str:
    """What is wrong with the connection, without the password."""
    said = str(getattr(error, "orig", None) or error)
    lowered = said.lower()
    place = _place(url)
    if "too many clients" in lowered or "connection slots" in lowered:
        return f"{place} has no free connection; raise its max_connections or lower PORTAL_POOL_SIZE."
    if any(words in lowered for words in _UNKNOWN_HOST):
        return f"The host {url.host} named in DATABASE_URL is not known."
    if "refused" in lowered or "no such file or directory" in lowered:
        where = place.removeprefix("PostgreSQL at ")
        return f"No PostgreSQL answers at {where} (DATABASE_URL); is it started?"
    if "timeout" in lowered or "timed out" in lowered:
        return f"{place} (DATABASE_URL) did not answer within 5 seconds."
    if "database" in lowered and "does not exist" in lowered:
        return f"The database {url.database!r} does not exist at {place}; create it with: createdb {url.database}"
    if "password" in lowered or "authentication" in lowered or "does not exist" in lowered:
        return f"{place} does not accept the user {url.username!r} with the password given in DATABASE_URL."
    if "no pg_hba.conf entry" in lowered:
        return f"{place} does not let the user {url.username!r} in from this machine (pg_hba.conf)."
    return f"{place} (DATABASE_URL) can't be used: {_first_line(said) or type(error).__name__}"


def lost(error: Exception) -> bool:
    """True for a connection that failed or broke, rather than a statement that was refused."""
    return isinstance(error, OperationalError)


def _place(url: URL) -> str:
    host = url.host or url.query.get("host") or "the local socket"
    return f"PostgreSQL at {host}:{url.port or 5432}"
