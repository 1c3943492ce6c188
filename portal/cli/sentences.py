"""Errors that an administrator can fix are printed as one sentence, with exit code 1 and no traceback."""

from __future__ import annotations

import errno
from typing import Any

import click

from portal.foundation.config import ConfigError
from portal.foundation.errors import NotFound, Rejected


class SentenceGroup(click.Group):
    """A group whose commands fail with a sentence instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            sentence = sentence_for(error)
            if sentence is None:
                raise
            raise click.ClickException(sentence) from error


def sentence_for(error: Exception) -> str | None:
    """The sentence for a failure of the environment; None for a bug, which needs its traceback."""
    if isinstance(error, ConfigError | Rejected):
        return str(error)
    if isinstance(error, NotFound):
        return str(error) or "There is no such thing."
    if type(error).__name__ in {
        "BadFile",
        "ExportError",
    }:  # by name: their modules are loaded by few commands
        return str(error)
    if isinstance(error, OSError):
        return _of_system(error)
    return _of_database(error)


def _of_system(error: OSError) -> str | None:
    place = f" {error.filename}" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"The disk is full; nothing more can be written{' to' + place if place else ''}."
    if isinstance(error, PermissionError):
        return f"No permission to use{place or ' a file'}."
    if isinstance(error, FileNotFoundError):
        return f"There is no file{place}."
    return None


def _of_database(error: Exception) -> str | None:
    import psycopg
    from sqlalchemy.exc import DBAPIError

    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, psycopg.Error):
        return None
    first = str(cause).strip().split("\n", 1)[0]
    if isinstance(cause, psycopg.errors.DiskFull):
        return "The disk of the database is full; nothing more can be written."
    if isinstance(cause, psycopg.errors.UndefinedTable):
        return "The database has not been brought to the newest schema; run: portal migrate"
    if isinstance(cause, psycopg.errors.InsufficientPrivilege):
        return f"The database user may not do this ({first}); docs/operations.md lists the rights it needs."
    if isinstance(cause, psycopg.OperationalError):
        return f"The database can't be used: {first}"
    return None
