"""One file into one table, in chunks: parse, look up, reject, upsert."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from psycopg import sql

from portal.intake.spec import Intake, OwnReference, Spec
from portal.intake.tables import Row, Table, Tick
from portal.intake.upsert import Written, upsert

# Rows per transaction: an order placed meanwhile waits for one transaction at most.
CHUNK = 10_000


class Loader:
    """Loads files that become one table. Each chunk commits on its own; a second run writes what is missing."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.connection = intake.connection
        self.refs = intake.refs
        self.rejects = intake.rejects

    def load(self, spec: Spec, path: Path, tick: Tick) -> Written:
        """Import one file; what is wrong goes to the rejected rows."""
        table = Table(path, spec.columns, self.intake.reading)
        self.refs.load(self.connection, *spec.needs)
        total = self.intake.report.begin(spec.file)
        seen: dict[tuple[Any, ...], int] = {}
        whole = spec.whole_file is not None or spec.own_reference is not None
        rows = table.rows(tick)
        for chunk in [list(rows)] if whole else _chunks(rows):
            total.plus(self._chunk(spec, table, chunk, seen))
        return total

    def _chunk(self, spec: Spec, table: Table, rows: list[Row], seen: dict[tuple[Any, ...], int]) -> Written:
        values = {row.number: spec.convert(row, self.refs) if row.values else () for row in rows}
        for row in rows:
            _reject_repeat(spec, row, values[row.number], seen)
        if spec.whole_file:
            spec.whole_file(rows, self.refs)
        if spec.own_reference:
            self._check_own_references(spec, spec.own_reference, rows)
        written = self._write(spec, rows, values)
        for row in rows:
            if row.reasons:
                self.rejects.add(table, row)
        return written

    def _put(self, spec: Spec, values: list[Sequence[Any]]) -> Written:
        if spec.write:
            return spec.write(self.connection, values)
        return upsert(self.connection, spec.table, spec.db_columns, spec.db_key, values, shared=spec.shared)

    def _write(self, spec: Spec, rows: list[Row], values: dict[int, Sequence[Any]]) -> Written:
        """Write the good rows, and what they mean beyond their table, in one transaction."""
        with self.connection.transaction():
            if spec.under_lock:
                spec.under_lock(self.connection, _good(rows), self.refs)
            good = _good(rows)
            chosen = [values[row.number] for row in good]
            written = self._put(spec, chosen)
            beyond = self._point(spec, spec.own_reference, good) if spec.own_reference else 0
            if spec.afterwards:
                beyond += spec.afterwards(self.connection, good, self.refs)
            written.changed_beyond(beyond)
        if spec.decided:
            written.changed_beyond(spec.decided(self.intake, good))
        written.rejected = len(rows) - len(_good(rows))
        return written

    def _check_own_references(self, spec: Spec, reference: OwnReference, rows: list[Row]) -> None:
        """A row may refer to another of its file, unless that one is rejected; repeated until nothing changes."""
        known, column = self.refs[reference.among], reference.column
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

    def _point(self, spec: Spec, reference: OwnReference, good: list[Row]) -> int:
        """Set the references inside the file, once all its rows are there."""
        names = {"table": spec.table, "key": spec.key[0], "column": reference.db_column}
        return self.connection.execute(
            sql.SQL(
                "update {table} t set {column} = o.id from unnest(%s::text[], %s::text[]) as p(own, other) "
                "left join {table} o on o.{key} = p.other where t.{key} = p.own and t.{column} is distinct from o.id"
            ).format(**{name: sql.Identifier(value) for name, value in names.items()}),
            [[row.values[spec.key[0]] for row in good], [row.values[reference.column] for row in good]],
        ).rowcount


def _good(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if not row.reasons]


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _reject_repeat(spec: Spec, row: Row, values: Any, seen: dict[tuple[Any, ...], int]) -> None:
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
