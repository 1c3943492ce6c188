"""Bring a database to the newest schema, with the roles and rights that belong to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from portal.foundation.config import ConfigError, resource_dir
from portal.foundation.postgres import rights

# Only one process migrates at a time; any fixed number does.
MIGRATION_LOCK = 7_261_001
# A statement that waits for a table makes everybody behind it wait, too; so it gives up (any value of lock_timeout),
# lets them through for a moment (seconds) and tries again, so many times.
LOCK_TIMEOUT = "2s"
PAUSE = 2.0
TRIES = 10
Say = Callable[[str], None]


class TableHeld(ConfigError):
    """Another connection held a table; the step that waited for it is undone."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resource_dir("migrations")))
    return config


@cache
def head() -> str:
    """The newest revision this code knows."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def current(engine: Engine) -> str | None:
    """The revision the database stands at; None for an empty database."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, say: Say = lambda words: None) -> bool:
    """Upgrade to the newest revision, and make what is missing of roles and rights. Returns whether anything was done.

    :param say: told what takes long, and what was missing.
    :raises ConfigError: when others hold a table again and again (what was done stays done), or when the database's
        user may not make a role.
    """
    if current(engine) == head() and not _lacks_rights(engine):
        return False
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
        try:
            _steps(connection, say)
        finally:
            connection.rollback()
            connection.execute(text("select pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()
    return True


def _lacks_rights(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(rights.absent(connection))


def _steps(connection: Connection, say: Say) -> None:
    rights.make_roles(connection)
    connection.commit()
    config = _config()
    config.attributes["connection"] = connection
    was_new = MigrationContext.configure(connection).get_current_revision() is None
    connection.rollback()
    _patiently(lambda: command.upgrade(config, "head"), say)
    connection.commit()
    # A new database has what its migrations gave it; the list is compared with that, so it must not change it.
    given = 0 if was_new else rights.give_back(connection)
    connection.commit()
    if given:
        say(
            f"Rights of the database's roles that were missing, as after a restore, are given again: {given}."
        )


def _patiently(step: Callable[[], None], say: Say) -> None:
    for left in reversed(range(TRIES)):
        try:
            step()
            return
        except TableHeld:
            if not left:
                raise
            say(
                f"Another connection holds a table for longer than {LOCK_TIMEOUT}: trying again in a moment "
                f"({left} more {'try' if left == 1 else 'tries'}) …"
            )
            time.sleep(PAUSE)
