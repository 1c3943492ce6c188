"""CSV files against their columns: headers, rows, and what is wrong with each."""

from __future__ import annotations

import csv
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.intake.cells import Parse, Wrong
from portal.intake.source import BadFile, Source

# Most values of a column repeat: short ones are parsed once.
SHORT, REMEMBERED = 40, 10_000
UNREADABLE = (csv.Error, OSError, EOFError, zlib.error)
# Bytes that are not UTF-8 are read as these and written back unchanged: one bad row does not stop the import.
NOT_UTF8 = re.compile("[\ud800-\udfff]")

# Called with the number of bytes read since the last call.
Tick = Callable[[int], None]
# By column: each file has its own columns, each of its own type.
Values = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """One column of a file: how it is parsed, whether it is required, and its default.

    :ivar may_be_empty: a required column whose empty fields have the default.
    """

    name: str
    parse: Parse
    required: bool = False
    default: Any = None
    may_be_empty: bool = False


@dataclass
class Row:
    """One row: its number (the header is 1), the raw fields, the parsed values and what is wrong with it."""

    number: int
    raw: list[str]
    values: Values = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def wrong(self, column: str, why: str) -> None:
        """Add a reason to reject the row; the first one of a column is the one that helps."""
        if not any(reason.startswith(f"{column}: ") for reason in self.reasons):
            self.reasons.append(f"{column}: {why}")

    def reject(self, reasons: Iterable[str]) -> None:
        """Add several reasons, each beginning with its column."""
        for reason in reasons:
            column, _, why = reason.partition(": ")
            self.wrong(column, why)


class Table:
    """A CSV file being read against its columns.

    :raises BadFile: for a header that is missing, incomplete or unknown.
    """

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self.path = path
        self.name = path.name.removesuffix(".gz")
        self.columns = {column.name: column for column in columns}
        self.header = self._read_header()
        self._check_header()
        self._known: dict[str, Values] = {name: {} for name in self.columns}
        self._positions = {name: self.header.index(name) for name in self.columns if name in self.header}

    @property
    def size(self) -> int:
        """Bytes of the file, compressed or not."""
        return self.path.stat().st_size

    def _read_header(self) -> list[str]:
        try:
            with Source(self.path) as source:
                header = next(csv.reader(source, strict=True), None)
        except UNREADABLE as error:
            raise BadFile(f"{self.name} cannot be read: {error}.") from error
        if not header:
            raise BadFile(f"{self.name} has no header.")
        return [name.strip() for name in header]

    def _check_header(self) -> None:
        unknown = [name for name in self.header if name not in self.columns]
        missing = [c.name for c in self.columns.values() if c.required and c.name not in self.header]
        twice = sorted({name for name in self.header if self.header.count(name) > 1})
        for what, names in (("unknown", unknown), ("missing", missing), ("repeated", twice)):
            if names:
                shown = ", ".join(repr(name[:40])[1:-1] or "without a name" for name in names[:10])
                raise BadFile(f"{self.name}: {what} column{'s' if len(names) > 1 else ''} {shown}.")

    def rows(self, tick: Tick = lambda read: None) -> Iterator[Row]:
        """Every row, parsed; what is wrong is in ``row.reasons``.

        :raises BadFile: when the quoting or the compression is broken; rows before that are imported.
        """
        with Source(self.path) as source:
            reader = csv.reader(source, strict=True)
            number = 0
            try:
                for raw in reader:
                    source.record_ends()
                    number += 1
                    if number % 1_000 == 0:
                        tick(source.newly_read())
                    if number > 1 and any(map(str.strip, raw)):
                        yield self.parse(number, raw)
            except UNREADABLE as error:
                raise BadFile(f"{self.name}: row {number + 1} cannot be read: {error}.") from error
            tick(source.newly_read())

    def parse(self, number: int, raw: list[str]) -> Row:
        """One record against the columns; a row with too few or too many fields has no values."""
        row = Row(number, raw)
        if len(raw) != len(self.header):
            row.reasons.append(f"{len(raw)} fields instead of {len(self.header)}")
            return row
        for name, column in self.columns.items():
            text = raw[self._positions[name]].strip() if name in self._positions else ""
            if text:
                row.values[name] = self._value(row, column, text)
                continue
            row.values[name] = column.default
            if column.required and not column.may_be_empty:
                row.wrong(name, "missing")
        return row

    def _value(self, row: Row, column: Column, text: str) -> Any:
        known = self._known[column.name]
        if text in known:
            return known[text]
        try:
            if not text.isascii() and NOT_UTF8.search(text):
                raise Wrong("not UTF-8")
            value = column.parse(text)
        except Wrong as why:
            row.wrong(column.name, str(why))
            return None
        if len(text) <= SHORT and len(known) < REMEMBERED:
            known[text] = value
        return value

    def field(self, raw: Sequence[str], name: str) -> str:
        """One field of a record, unparsed; empty if it is missing."""
        position = self._positions.get(name, len(raw))
        return raw[position].strip() if position < len(raw) else ""
