"""One file into one table, in chunks: parse, look up, reject, upsert."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from portal.importing.company_files import COMPANIES, CREDIT_COLUMNS, USERS, credit_row
from portal.importing.files import Rejects, Row, Table
from portal.importing.references import References
from portal.importing.specs import Spec
from portal.importing.upsert import Written, upsert

CHUNK = 20_000

# Told the number of rows read, for the progress bar.
Tick = Callable[[int], None]


class Loader:
    """Loads the files other than orders. Each chunk commits by itself; a second run continues where it matters."""

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
        for rows in [list(table.rows())] if whole else _chunks(table.rows()):
            total.plus(self._chunk(spec, table, rows, seen))
            tick(len(rows))
        return total

    def _chunk(self, spec: Spec, table: Table, rows: list[Row], seen: dict[tuple[Any, ...], int]) -> Written:
        values = {row.number: spec.convert(row, self.refs) if row.values else () for row in rows}
        for row in rows:
            _note_repeat(spec, row, seen)
        if spec.whole_file:
            spec.whole_file(rows, self.refs)
        if spec.points_at_itself:
            self._check_own_references(spec, rows)
        good = [row for row in rows if not row.reasons]
        for row in rows:
            if row.reasons:
                self.rejects.add(table.name, table.header, row.number, row.reasons, row.raw)
        with self.connection.transaction():
            written = upsert(
                self.connection, spec.table, spec.db_columns, spec.db_key, [values[r.number] for r in good]
            )
            self._afterwards(spec, good, written)
        written.rejected = len(rows) - len(good)
        return written

    def _check_own_references(self, spec: Spec, rows: list[Row]) -> None:
        """A row may refer to another of its file, unless that one is rejected; repeated until nothing changes."""
        column, _ = spec.points_at_itself or ("", "")
        known = getattr(self.refs, {"variant": "variants", "company": "companies"}[spec.table])
        while True:
            there = {row.values[spec.key[0]] for row in rows if not row.reasons}
            lost = [
                row
                for row in rows
                if not row.reasons and row.values[column] is not None
                and row.values[column] not in there and row.values[column] not in known
            ]  # fmt: skip
            if not lost:
                return
            for row in lost:
                row.wrong(column, f"no such {spec.table}")

    def _afterwards(self, spec: Spec, good: list[Row], written: Written) -> None:
        """What a file means beyond its own table."""
        if spec.points_at_itself:
            column, db_column = spec.points_at_itself
            pairs = [(row.values[spec.key[0]], row.values[column]) for row in good]
            self._point(spec, db_column, pairs)
        if spec is COMPANIES:
            self.refs.load(self.connection, "companies")
            rows = [credit_row(row, self.refs) for row in good]
            credit = upsert(self.connection, "credit_account", CREDIT_COLUMNS, ("company_id",), rows)
            written.changed += credit.changed
        if spec is USERS:
            self._first_passwords(good)

    def _point(self, spec: Spec, db_column: str, pairs: list[tuple[Any, Any]]) -> None:
        key, table = sql.Identifier(spec.key[0]), sql.Identifier(spec.table)
        self.connection.execute(
            sql.SQL(
                "update {table} t set {column} = o.id from unnest(%s::text[], %s::text[]) as p(own, other) "
                "left join {table} o on o.{key} = p.other where t.{key} = p.own and t.{column} is distinct from o.id"
            ).format(table=table, column=sql.Identifier(db_column), key=key),
            [[own for own, _ in pairs], [other for _, other in pairs]],
        )

    def _first_passwords(self, good: list[Row]) -> None:
        """A hash in the file is a first password; one that a person has chosen since stays."""
        given = [(r.values["email"], r.values["password_hash"]) for r in good if r.values["password_hash"]]
        self.connection.execute(
            "update app_user u set password_hash = p.hash from unnest(%s::text[], %s::text[]) as p(email, hash) "
            "where u.email = p.email and u.password_hash is null",
            [[email for email, _ in given], [hash_ for _, hash_ in given]],
        )


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _note_repeat(spec: Spec, row: Row, seen: dict[tuple[Any, ...], int]) -> None:
    if not row.values:
        return
    key = tuple(row.values[name] for name in spec.key)
    first = seen.setdefault(key, row.number)
    if first != row.number:
        row.reasons.append(f"same key as row {first}")
