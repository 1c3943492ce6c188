"""Bring a database to the newest schema."""

from __future__ import annotations

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from portal.foundation.config import resource_dir

# Only one process migrates at a time; any fixed number does.
MIGRATION_LOCK = 7_261_001
# A statement that waits for a table makes everybody behind it wait, too; so it gives up. Any value of lock_timeout.
LOCK_TIMEOUT = "5s"


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


def upgrade(engine: Engine) -> bool:
    """Upgrade to the newest revision. Returns whether anything was done.

    :raises ConfigError: when others hold a table for longer than :data:`LOCK_TIMEOUT`; what was done stays done.
    """
    if current(engine) == head():
        return False
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
        try:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("select pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()
    return True
