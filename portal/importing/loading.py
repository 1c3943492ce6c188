"""One file into one table, in chunks: parse, look up, reject, upsert."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from portal.importing.files import Row, Table, Tick
from portal.importing.references import References
from portal.importing.rejects import Rejects
from portal.importing.specs import Spec
from portal.importing.upsert import Written, upsert

# Rows of a transaction: whoever orders meanwhile waits for one at most.
CHUNK = 10_000


class Loader:
    """Loads the files other than orders. Each chunk commits by itself; a second run writes what is missing."""

    def __init__(self, connection: Connection[Any], refs: References, rejects: Rejects) -> None:
        self.connection = connection
        self.refs = refs
        self.rejects = rejects

    def load(self, spec: Spec, path: Path, tick: Tick) -> Written:
        """Import one file; what is wrong goes to the rejected rows."""
        table = Table(path, spec.columns)
        self.refs.load(self.connection, *spec.needs)
        total = Written()
        seen: dict[tuple[Any, ...], int] = {}
        whole = spec.whole_file is not None or spec.points_at_itself is not None
        rows = table.rows(tick)
        for chunk in [list(rows)] if whole else _chunks(rows):
            total.plus(self._chunk(spec, table, chunk, seen))
        return total

    def _chunk(self, spec: Spec, table: Table, rows: list[Row], seen: dict[tuple[Any, ...], int]) -> Written:
        values = {row.number: spec.convert(row, self.refs) if row.values else () for row in rows}
        for row in rows:
            _note_repeat(spec, row, values[row.number], seen)
        if spec.whole_file:
            spec.whole_file(rows, self.refs)
        if spec.points_at_itself:
            self._check_own_references(spec, rows)
        with self.connection.transaction():
            if spec.under_lock:
                spec.under_lock(self.connection, _good(rows), self.refs)
            good = _good(rows)
            chosen = [values[row.number] for row in good]
            if spec.write:
                written = spec.write(self.connection, chosen)
            else:
                written = upsert(self.connection, spec.table, spec.db_columns, spec.db_key, chosen)
            beyond = self._point(spec, good) if spec.points_at_itself else 0
            if spec.afterwards:
                beyond += spec.afterwards(self.connection, good, self.refs)
            written.changed_beyond(beyond)
        for row in rows:
            if row.reasons:
                self.rejects.add(table, row)
        written.rejected = len(rows) - len(good)
        return written

    def _check_own_references(self, spec: Spec, rows: list[Row]) -> None:
        """A row may refer to another of its file, unless that one is rejected; repeated until nothing changes."""
        column, _ = spec.points_at_itself or ("", "")
        known: Collection[str] = self.refs.companies if spec.table == "company" else self.refs.variants
        while True:
            there = {row.values[spec.key[0]] for row in _good(rows)}
            lost = [
                row
                for row in _good(rows)
                if (other := row.values[column]) is not None and other not in there and other not in known
            ]
            if not lost:
                return
            for row in lost:
                row.wrong(column, f"no such {spec.table}")

    def _point(self, spec: Spec, good: list[Row]) -> int:
        """Set the references inside the file, once all its rows are there."""
        column, db_column = spec.points_at_itself or ("", "")
        names = {"table": spec.table, "key": spec.key[0], "column": db_column}
        return self.connection.execute(
            sql.SQL(
                "update {table} t set {column} = o.id from unnest(%s::text[], %s::text[]) as p(own, other) "
                "left join {table} o on o.{key} = p.other where t.{key} = p.own and t.{column} is distinct from o.id"
            ).format(**{name: sql.Identifier(value) for name, value in names.items()}),
            [[row.values[spec.key[0]] for row in good], [row.values[column] for row in good]],
        ).rowcount


def _good(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if not row.reasons]


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _note_repeat(spec: Spec, row: Row, values: Any, seen: dict[tuple[Any, ...], int]) -> None:
    """The same key twice, as the file or as the table sees it (part numbers ignore case and dashes there)."""
    if not row.values or any(row.values[name] is None for name in spec.key):
        return
    where = [spec.db_columns.index(name) for name in spec.db_key]
    key = tuple(values[i] for i in where)
    if None in key:  # refers to nothing, and has its reason
        key = tuple(row.values[name] for name in spec.key)
    first = seen.setdefault(key, row.number)
    if first != row.number:
        row.reasons.append(f"same key as row {first}")
