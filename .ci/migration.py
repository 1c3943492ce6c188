"""Write the next migration from the difference between the models and the migrations: ``migration.py "what it does"``.

It takes the next number and becomes the newest in migrations/HEAD. A table with a ``company_id`` gets row-level
security. Read what it wrote: a renamed column looks like one dropped and one added, and data is not moved.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.operations import ops
from sqlalchemy import Engine, create_engine, pool

from portal.foundation.config import ConfigError, var_dir
from portal.foundation.db import psycopg_url
from portal.foundation.postgres.embedded import EmbeddedPostgres

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
SCRATCH = f"migration_{os.getpid()}"
ADDING = (ops.CreateTableOp, ops.CreateIndexOp, ops.AddColumnOp)
GOES_ON = "Old code goes on working while this runs and after it: it only adds."
STOPS = "Stop web servers and workers of the old code first: it does not know what this changes."


class GuardOp(ops.MigrateOperation):
    """Row-level security of a new table."""

    def __init__(self, table: str) -> None:
        self.table = table


@renderers.dispatch_for(GuardOp)
def _guarded(context: AutogenContext, op: GuardOp) -> list[str]:
    context.imports.add("from portal.foundation.postgres.row_security import each, guard_company_rows")
    # One line: alembic indents whatever follows a line that ends with a colon.
    return [
        "# What customers may do with the rows of their company; by default they read them.",
        f'each(op.execute, guard_company_rows("{op.table}", {{"portal_customer": "select"}}))',
    ]


class Writer:
    """Adds what autogenerate does not know, and remembers whether old code can go on."""

    def __init__(self) -> None:
        self.changes = 0
        self.old_code = GOES_ON

    def __call__(self, context: Any, revision: Any, directives: list[Any]) -> None:
        """What alembic calls with the migration before it is written; an empty one is not written."""
        upgrade = directives[0].upgrade_ops
        steps = [step for op in upgrade.ops for step in getattr(op, "ops", [op])]
        self.changes = len(steps)
        if not steps:
            directives[:] = []
        if not all(harmless(step) for step in steps):
            self.old_code = STOPS
        created = [op for op in upgrade.ops if isinstance(op, ops.CreateTableOp)]
        upgrade.ops += [
            GuardOp(op.table_name)
            for op in created
            if any(getattr(column, "name", "") == "company_id" for column in op.columns)
        ]


def harmless(step: Any) -> bool:
    """Whether code that does not know of the step goes on reading and writing."""
    if isinstance(step, ops.AddColumnOp):
        return bool(step.column.nullable or step.column.server_default is not None)
    if isinstance(step, ops.CreateIndexOp):
        return not step.unique
    return isinstance(step, ADDING)


@contextmanager
def scratch_database() -> Iterator[Engine]:
    """An empty database of its own, on the server of the tests."""
    own = os.environ.get("TEST_DATABASE_URL")
    server = None if own else EmbeddedPostgres(var_dir() / "test-postgres")
    url = own or server.url()  # type: ignore[union-attr]
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'create database "{SCRATCH}"')
            engine = create_engine(psycopg_url(url).set(database=SCRATCH), poolclass=pool.NullPool)
            try:
                yield engine
            finally:
                connection.execute(f'drop database "{SCRATCH}" with (force)')
    finally:
        if server is not None:
            server.close()


def write(message: str, migrations: Path, engine: Engine) -> Path | None:
    """Write the migration and move HEAD; None when the models say nothing new.

    :param engine: an empty database; it is brought to the newest schema first.
    """
    # The highest number need not be the newest's: branches take theirs before they are merged.
    number = f"{max(int(path.name[:4]) for path in (migrations / 'versions').glob('*.py')) + 1:04d}"
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    writer = Writer()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        written = command.revision(
            config, message, autogenerate=True, rev_id=number, process_revision_directives=writer
        )
    if not writer.changes:
        return None
    path = Path(written.path)  # type: ignore[union-attr,arg-type]
    path.write_text(path.read_text().replace("{old_code}", writer.old_code))
    (migrations / "HEAD").write_text(f"{number}\n")
    return path


def main(message: str) -> int:
    if not re.fullmatch(r"[A-Za-z][A-Za-z ,'-]{4,70}", message):
        print('Say in a few words what it does: make migration M="Shopping lists"', file=sys.stderr)
        return 2
    warnings.filterwarnings("ignore", "Expression")  # indexes over expressions are compared by name only
    try:
        with scratch_database() as engine:
            path = write(message, MIGRATIONS, engine)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Wrote {path}; read it before you commit." if path else "The models say nothing new.")
    return 0


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
