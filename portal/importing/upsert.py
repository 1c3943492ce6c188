"""COPY into a temporary table, then one INSERT … ON CONFLICT: fast, and a row that changes nothing writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql


@dataclass
class Written:
    """How many rows of one file were new, changed, unchanged."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0

    def plus(self, other: Written) -> None:
        """Add the counts of another batch."""
        self.added += other.added
        self.changed += other.changed
        self.unchanged += other.unchanged


def copy_into(
    connection: Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Stream rows into a table."""
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
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
    keep_when_null: Sequence[str] = (),
) -> Written:
    """Insert rows, update those whose key exists and whose values differ.

    :param keep_when_null: columns in which an empty new value leaves the old one.
    """
    if not rows:
        return Written()
    names = {
        "table": sql.Identifier(table),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
        "key": sql.SQL(", ").join(map(sql.Identifier, key)),
    }
    connection.execute(
        sql.SQL(
            "create temporary table stage_upsert on commit drop as select {columns} from {table} with no data"
        ).format(**names)
    )
    copy_into(connection, "stage_upsert", columns, rows)
    changing = [c for c in columns if c not in key]
    conflict: sql.Composable = sql.SQL("do nothing")
    if changing:
        new = {
            c: sql.SQL("coalesce(excluded.{0}, {1}.{0})" if c in keep_when_null else "excluded.{0}").format(
                sql.Identifier(c), sql.Identifier(table)
            )
            for c in changing
        }
        conflict = sql.SQL("do update set {} where ({}) is distinct from ({})").format(
            sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(c), new[c]) for c in changing),
            sql.SQL(", ").join(
                sql.SQL("{}.{}").format(sql.Identifier(table), sql.Identifier(c)) for c in changing
            ),
            sql.SQL(", ").join(new[c] for c in changing),
        )
    inserted = connection.execute(
        sql.SQL(
            "insert into {table} ({columns}) select {columns} from stage_upsert on conflict ({key}) {conflict} "
            "returning (xmax = 0) as added"
        ).format(**names, conflict=conflict)
    ).fetchall()
    connection.execute("drop table stage_upsert")
    added = sum(1 for (fresh,) in inserted if fresh)
    return Written(added=added, changed=len(inserted) - added, unchanged=len(rows) - len(inserted))
