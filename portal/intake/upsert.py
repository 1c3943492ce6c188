"""COPY into a temporary table, then one INSERT … ON CONFLICT of what differs: fast, and a row that changes
nothing writes nothing and locks nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql


@dataclass
class Written:
    """How many rows of one file were new, changed, unchanged, rejected."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0

    def plus(self, other: Written) -> None:
        """Add the counts of another batch."""
        self.added += other.added
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.rejected += other.rejected

    def changed_beyond(self, rows: int) -> None:
        """Count rows as changed that changed only outside their own table."""
        moved = min(rows, self.unchanged)
        self.changed += moved
        self.unchanged -= moved


def copy_into(
    connection: Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Stream rows into a table."""
    statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), _names(columns))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def upsert(
    connection: Connection[Any],
    table: str,
    columns: Sequence[str],
    key: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    shared: Sequence[str] = (),
) -> Written:
    """Insert rows, update those whose key exists and whose values differ; in the order of the key, so that
    others who change several rows in that order wait instead of deadlocking. Needs a transaction.

    :param shared: columns that are written with new rows only.
    """
    if not rows:
        return Written()
    staging, insert = _statements(table, columns, key, shared)
    connection.execute(staging)
    copy_into(connection, "stage_upsert", columns, rows)
    inserted = connection.execute(insert).fetchall()
    connection.execute("drop table stage_upsert")
    added = sum(1 for (is_new,) in inserted if is_new)
    return Written(added=added, changed=len(inserted) - added, unchanged=len(rows) - len(inserted))


def _statements(
    table: str, columns: Sequence[str], key: Sequence[str], shared: Sequence[str]
) -> tuple[sql.Composed, sql.Composed]:
    """Makes the temporary table; takes over what differs, in the order of the key."""
    changing = [c for c in columns if c not in key and c not in shared] or key
    compared = [c for c in columns if c not in shared]
    parts = {
        "table": sql.Identifier(table),
        "columns": _names(columns),
        "key": _names(key),
        "staged": _names(compared, "s"),
        "same": _names(compared, "t"),
        "set": sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(c)) for c in changing),
        "joined": sql.SQL(" and ").join(sql.SQL("t.{0} = s.{0}").format(sql.Identifier(c)) for c in key),
    }
    staging = sql.SQL(
        "create temporary table stage_upsert on commit drop as select {columns} from {table} with no data"
    )
    insert = sql.SQL(
        "insert into {table} ({columns}) select {columns} from stage_upsert s where not exists "
        "(select from {table} t where {joined} and ({same}) is not distinct from ({staged})) "
        "order by {key} on conflict ({key}) do update set {set} returning (xmax = 0) as added"
    )
    return staging.format(**parts), insert.format(**parts)


def next_ids(connection: Connection[Any], table: str, count: int) -> list[int]:
    """Ids of rows to be copied into a table."""
    rows = connection.execute(
        "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)", [table, count]
    )
    return [i for (i,) in rows]


def _names(columns: Sequence[str], of: str = "") -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(*([of] if of else []), c) for c in columns)
