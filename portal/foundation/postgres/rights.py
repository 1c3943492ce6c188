"""The database's roles and what each of them may do: kept beside the migrations, looked at and put back.

Roles belong to a whole server and memberships in them to no database, so a dump has neither; and what a dump grants to
a role is lost where the role did not exist when it was restored. ``migrations/rights.sql`` therefore lists every grant
and policy that the migrations lead to, and what a database lacks of them is made again.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import ProgrammingError

from portal.foundation.config import ConfigError, resource_dir
from portal.foundation.postgres.catalog import GIVEN

ROLES = ("portal_customer", "portal_books")
# Several databases of one server (tests) may make a role at the same time.
_MAKE = """
do $$
begin
  if not exists (select from pg_roles where rolname = '{role}') then
    create role {role} nologin;
  end if;
exception when duplicate_object or unique_violation then null;
end $$
"""
_JOIN = """
do $$
begin
  if not pg_has_role({member}, '{role}', '{how}') then
    execute format('grant {role} to %I', {member});
  end if;
exception when unique_violation then null;
end $$
"""
_ABSENT = """
case when to_regrole({role}) is null then 'create role ' || {role} || ' nologin'
     when not pg_has_role(current_user, {role}, 'SET') then 'grant ' || {role} || ' to ' || current_user || ' with set true'
end
"""
# What an administrator may run by hand; docs/operations.md has the same lines.
BY_HAND = (
    "create role portal_customer nologin; create role portal_books nologin; "
    "grant portal_customer to portal_books; grant portal_customer, portal_books to {user} with set true"
)


def key(line: str) -> str:
    """What makes a line the same in every version of PostgreSQL: a policy's condition is written differently."""
    return line.partition(" using (")[0].partition(" with check (")[0]


@cache
def expected() -> dict[str, str]:
    """By its key, each statement that gives a role something."""
    lines = (resource_dir("migrations") / "rights.sql").read_text().splitlines()
    return {
        key(line): line for each in lines if (line := each.removesuffix(";")) and not line.startswith("--")
    }


def absent_sql() -> str:
    """Selects what the database lacks: a role, the right to act as it, a grant or a policy. No row: all is there."""
    roles = ", ".join(f"('{role}')" for role in ROLES)
    keys = ", ".join("('" + each.replace("'", "''") + "')" for each in expected())
    return (
        f"select lacks from (select {_ABSENT.format(role='r.role')} as lacks from (values {roles}) as r(role)) as roles "
        f"where lacks is not null union all select e.given from (values {keys}) as e(given) "
        f"where e.given not in (select given from ({GIVEN}) as there)"
    )


def surplus_sql() -> str:
    """Selects what roles were given beside what the migrations give them."""
    keys = ", ".join("('" + each.replace("'", "''") + "')" for each in expected())
    return f"select there.given from ({GIVEN}) as there where there.given not in (values {keys})"


def absent(connection: Connection) -> list[str]:
    """What the database lacks, as the statements that would give it."""
    return [expected().get(each, each) for each in connection.execute(_plain(absent_sql())).scalars()]


def make_roles(connection: Connection) -> None:
    """The roles, and that the database's user may act as each of them.

    :raises ConfigError: when the user may not make them; it says what an administrator runs instead.
    """
    try:
        for role in ROLES:
            connection.execute(text(_MAKE.format(role=role)))
        connection.execute(text(_JOIN.format(member="'portal_books'", role="portal_customer", how="USAGE")))
        for role in ROLES:
            connection.execute(text(_JOIN.format(member="current_user", role=role, how="SET")))
    except ProgrammingError as error:
        connection.rollback()
        user = connection.exec_driver_sql("select quote_ident(current_user)").scalar_one()
        raise ConfigError(
            "The database's user may not make or join the roles that customers' requests run as. As the database's "
            f"administrator, run what is missing of: {BY_HAND.format(user=user)}; then portal migrate again."
        ) from error


def give_back(connection: Connection) -> int:
    """Give the roles what they lack. Returns how many statements that took."""
    statements = absent(connection)
    for each in statements:
        connection.execute(_plain(each))
    return len(statements)


def _plain(sql: str) -> TextClause:
    """Without parameters, whatever looks like one."""
    return text(sql.replace(":", r"\:"))
