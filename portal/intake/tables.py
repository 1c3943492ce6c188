"""CSV files against their columns: headers, rows, and what is wrong with each."""

from __future__ import annotations

import csv
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from portal.intake import cells
from portal.intake.cells import Parse, Wrong
from portal.intake.dialect import AS_FOUND, Reading, instruction, separator_of
from portal.intake.headers import Header, column_names, not_read, read_header
from portal.intake.source import BadFile, Source, bare_name

# Most values of a column repeat: short ones are parsed once.
SHORT, REMEMBERED = 40, 10_000
UNREADABLE = (csv.Error, OSError, EOFError, zlib.error, UnicodeError)
# Bytes that are no text are read as these and written back unchanged: one bad row does not stop the import.
NOT_DECODED = re.compile("[\ud800-\udfff]")
NOT_UTF8 = "not UTF-8"

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

    :param reading: what is known of how it was saved.
    :raises BadFile: for a header that is missing or incomplete; with ``reading.strict`` also for an unknown column.
    """

    def __init__(self, path: Path, columns: Sequence[Column], reading: Reading = AS_FOUND) -> None:
        self.path = path
        self.name = bare_name(path)
        self.columns = {column.name: column for column in columns}
        self.encoding, self.separator, self._above, self.header = self._read_header(reading)
        found = read_header(self.header, self.columns)
        self._check_header(found, reading)
        self._positions, self._width = found.positions, found.width
        self.not_read = not_read(found, self.columns)
        self._known: dict[str, Values] = {name: {} for name in self.columns}

    @property
    def size(self) -> int:
        """Bytes of the file, compressed or not."""
        return self.path.stat().st_size

    def _read_header(self, reading: Reading) -> tuple[str, str, int, list[str]]:
        """Encoding, separator, the number of lines above the header, and the header's names."""
        try:
            with Source(self.path, reading.encoding) as source:
                line, above = next(source, ""), 0
                told = instruction(line)
                if told is not None:
                    line, above = next(source, ""), 1
                separator = reading.separator or told or separator_of(line, self.columns)
                # A name may hold a line break, so the rest of the file stands behind the line.
                header = next(csv.reader(chain([line], source), delimiter=separator, strict=True), None)
                encoding = source.encoding
        except UNREADABLE as error:
            raise BadFile(f"{self.name} cannot be read: {error}.") from error
        if not line or not header:
            raise BadFile(f"{self.name} has no header.")
        return encoding, separator, above, [name.strip() for name in header]

    def _check_header(self, found: Header, reading: Reading) -> None:
        missing = [c.name for c in self.columns.values() if c.required and c.name not in found.positions]
        unknown = found.unknown if reading.strict else []
        for what, names in (("unknown", unknown), ("missing", missing), ("repeated", found.repeated)):
            if names:
                plural = "s" if len(names) > 1 else ""
                raise BadFile(f"{self.name}: {what} column{plural} {column_names(names)}.")

    def rows(self, tick: Tick = lambda read: None) -> Iterator[Row]:
        """Every row, parsed; what is wrong is in ``row.reasons``.

        :raises BadFile: when the quoting or the compression is broken; rows before that are imported.
        """
        with Source(self.path, self.encoding) as source:
            number = 0
            try:
                for raw in csv.reader(
                    islice(source, self._above, None), delimiter=self.separator, strict=True
                ):
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
        if len(raw) < self._width or any(map(str.strip, raw[len(self.header) :])):
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
            if not text.isascii() and NOT_DECODED.search(text):
                raise Wrong(NOT_UTF8 if self.encoding.startswith("utf-8") else f"not {self.encoding}")
            value = self._parse(column, text)
        except Wrong as why:
            row.wrong(column.name, str(why))
            return None
        if len(text) <= SHORT and len(known) < REMEMBERED:
            known[text] = value
        return value

    def _parse(self, column: Column, text: str) -> Any:
        """Where semicolons separate fields, a comma is what separates decimals."""
        if self.separator == ";" and isinstance(column.parse, cells.Decimals):
            return column.parse.with_commas(text)
        return column.parse(text)

    def field(self, raw: Sequence[str], name: str) -> str:
        """One field of a record, unparsed; empty if it is missing."""
        position = self._positions.get(name, len(raw))
        return raw[position].strip() if position < len(raw) else ""
