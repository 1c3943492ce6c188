"""``make migration`` writes what runs, and a migration does not make others wait."""

from __future__ import annotations

import re
import runpy
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    ForeignKey,
    String,
    Table,
    create_engine,
    inspect,
    pool,
    text,
)

from portal.foundation.config import ConfigError
from portal.foundation.db import UTCDateTime, psycopg_url
from portal.foundation.postgres import migrate
from portal.foundation.postgres.row_security import guard_company_rows
from portal.models import Base
from tests.rules.test_files import ROOT

HEAD = (ROOT / "migrations" / "HEAD").read_text().strip()
# Of a migration that only makes tables beside those there are, nobody is in the way.
WAITS = re.compile(r"alter table|add_column|alter_column|ForeignKey|references|create_foreign_key")
BEFORE = next(
    str(each.down_revision)
    for each in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()
    if WAITS.search(Path(each.path).read_text())
)
LAST_WITHOUT_A_WORD = 10  # newer migrations say what runs against old code
LAST_WITH_A_COPY = 12  # newer migrations take the text of their policies from row_security.py


@pytest.fixture
def empty(server_url: Callable[[str], str], worker_name: str) -> Iterator[Engine]:
    """A database with nothing in it."""
    name = f"empty_{worker_name}"
    with psycopg.connect(server_url("postgres"), autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)')
        connection.execute(f'create database "{name}"')
        engine = create_engine(psycopg_url(server_url(name)), poolclass=pool.StaticPool)
        yield engine
        engine.dispose()
        connection.execute(f'drop database "{name}" with (force)')


@pytest.fixture
def shopping_list() -> Iterator[Table]:
    """A model that no migration knows, with another one: two tables get their guards."""
    table = Table(
        "shopping_list",
        Base.metadata,
        Column("id", BigInteger, primary_key=True),
        Column("company_id", ForeignKey("company.id"), nullable=False),
        Column("name", String, nullable=False),
        Column("made_at", UTCDateTime, nullable=False),
    )
    line = Table(
        "shopping_list_line",
        Base.metadata,
        Column("id", BigInteger, primary_key=True),
        Column("company_id", ForeignKey("company.id"), nullable=False),
        Column("list_id", ForeignKey("shopping_list.id"), nullable=False),
    )
    yield table
    Base.metadata.remove(line)
    Base.metadata.remove(table)


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """A copy of the folder, to write into."""
    copy = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def upgrade(engine: Engine, migrations: Path, revision: str = "head") -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def seen_by_customers(engine: Engine, company: int) -> list[str]:
    with engine.begin() as connection:
        connection.execute(
            text(
                "select set_config('app.company_id', :id, true), set_config('role', 'portal_customer', true)"
            ),
            {"id": str(company)},
        )
        return list(connection.execute(text("select name from shopping_list")).scalars())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Expression")
def test_it_writes_the_next_number_with_row_security(
    empty: Engine, shopping_list: Table, migrations: Path
) -> None:
    """Seen failing without the guard in the written text, without the new HEAD, with UTCDateTime written out, and with
    a loop for each table, which alembic indents once more for every one."""
    write: Any = runpy.run_path(str(ROOT / ".ci" / "migration.py"))["write"]
    number = f"{max(int(each.name[:4]) for each in (migrations / 'versions').glob('*.py')) + 1:04d}"
    path = write("Shopping lists", migrations, empty)
    assert path == migrations / "versions" / f"{number}_shopping_lists.py"
    assert (migrations / "HEAD").read_text().strip() == number
    assert "Old code goes on working" in path.read_text()
    upgrade(empty, migrations)
    assert inspect(empty).has_table("shopping_list")
    with empty.begin() as connection:
        companies = [
            connection.execute(
                text(
                    "insert into company (code, name, currency, created_at) values (:code, :code, 'USD', now()) "
                    "returning id"
                ),
                {"code": code},
            ).scalar_one()
            for code in ("A-1", "B-1")
        ]
        for company in companies:
            connection.execute(
                text("insert into shopping_list (company_id, name, made_at) values (:id, :name, now())"),
                {"id": company, "name": f"list of {company}"},
            )
    assert seen_by_customers(empty, companies[0]) == [f"list of {companies[0]}"]
    assert write("Shopping lists again", migrations, empty) is None


@pytest.mark.slow
def test_a_migration_gives_up_when_a_table_is_held(empty: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen failing without lock_timeout (it waits for ever), and without setting it back."""
    upgrade(empty, ROOT / "migrations", BEFORE)
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(migrate, "PAUSE", 0.0)
    monkeypatch.setattr(migrate, "TRIES", 3)
    said: list[str] = []
    address = empty.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as other:
        tables = [f'"{name}"' for name in inspect(empty).get_table_names() if name != "alembic_version"]
        other.execute(f"lock table {', '.join(tables)} in row exclusive mode")
        with pytest.raises(ConfigError, match="Run portal migrate again"):
            migrate.upgrade(empty, said.append)
    assert [each[each.index("(") :] for each in said] == ["(2 more tries) …", "(1 more try) …"]
    assert migrate.current(empty) == BEFORE
    assert migrate.upgrade(empty) is True
    with empty.connect() as connection:
        assert connection.exec_driver_sql("show lock_timeout").scalar_one() == "0"


@pytest.mark.slow
def test_a_migration_lets_others_through_and_goes_on_when_the_table_is_free(
    empty: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As beside a pg_dump: who reads waits for no longer than lock_timeout. Seen failing without another try."""
    upgrade(empty, ROOT / "migrations", BEFORE)
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(migrate, "PAUSE", 0.0)
    address = empty.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as other:
        tables = [f'"{name}"' for name in inspect(empty).get_table_names() if name != "alembic_version"]
        other.execute(f"lock table {', '.join(tables)} in row exclusive mode")
        assert migrate.upgrade(empty, lambda words: other.rollback()) is True
    assert migrate.current(empty) == HEAD


def test_a_role_gets_its_companys_rows_and_its_rights() -> None:
    """Seen failing with one name for the policies of all roles."""
    assert guard_company_rows("basket", {"portal_customer": "select", "portal_books": "select, insert"}) == [
        "alter table basket enable row level security",
        "create policy own_company on basket for all to portal_customer "
        "using (company_id = nullif(current_setting('app.company_id', true), '')::bigint) "
        "with check (company_id = nullif(current_setting('app.company_id', true), '')::bigint)",
        "grant select on basket to portal_customer",
        "create policy own_company_books on basket for all to portal_books "
        "using (company_id = nullif(current_setting('app.company_id', true), '')::bigint) "
        "with check (company_id = nullif(current_setting('app.company_id', true), '')::bigint)",
        "grant select, insert on basket to portal_books",
    ]


def test_a_new_migration_says_whether_old_code_goes_on() -> None:
    """And takes the text of its policies from one function. Seen failing with a migration 0011 without both."""
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        source = path.read_text()
        if int(path.name[:4]) > LAST_WITHOUT_A_WORD:
            assert "old code" in source.split('"""')[1].lower(), path.name
        if int(path.name[:4]) > LAST_WITH_A_COPY:
            assert "app.company_id" not in source, f"{path.name}: use portal.foundation.postgres.row_security"
