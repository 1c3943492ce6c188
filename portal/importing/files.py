"""Reading the files: names, encodings, headers, row numbers, rejected rows."""

from __future__ import annotations

import csv
import gzip
import io
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from portal.importing.cells import Parse, Wrong

csv.field_size_limit(1024 * 1024)


class BadFile(Exception):
    """A file that cannot be imported at all; nothing was written. One sentence for the administrator."""


@dataclass(frozen=True)
class Column:
    """One column of a file: how it is parsed, whether it must be there, what it is when it is not."""

    name: str
    parse: Parse
    required: bool = False
    default: Any = None


@dataclass
class Row:
    """One row: its number (the header is 1), the raw fields, the parsed values and what is wrong with it."""

    number: int
    raw: list[str]
    values: dict[str, Any]
    reasons: list[str]

    def wrong(self, column: str, why: str) -> None:
        """Note a reason to reject the row."""
        self.reasons.append(f"{column}: {why}")


def find(folder: Path, name: str) -> Path | None:
    """The file ``name`` or ``name.gz`` in the folder; None when neither is there.

    :raises BadFile: when both are.
    """
    found = [path for path in (folder / name, folder / f"{name}.gz") if path.is_file()]
    if len(found) > 1:
        raise BadFile(f"{name} is there twice, plain and compressed; remove one of them.")
    return found[0] if found else None


def open_text(path: Path) -> IO[str]:
    """The file as UTF-8 text, decompressed, without a byte order mark."""
    raw: Any = (gzip.open if path.suffix == ".gz" else open)(path, "rb")
    return io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")


class Table:
    """A CSV file being read against its columns."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self.path = path
        self.name = path.name.removesuffix(".gz")
        self.columns = {column.name: column for column in columns}
        self.header: list[str] = []
        self.check_header()
        self.positions = {name: self.header.index(name) for name in self.columns if name in self.header}

    def check_header(self) -> None:
        """:raises BadFile: for a header that is missing, incomplete or unknown."""
        with open_text(self.path) as handle:
            self.header = [field.strip() for field in self._first(handle)]
        unknown = [name for name in self.header if name not in self.columns]
        missing = [c.name for c in self.columns.values() if c.required and c.name not in self.header]
        twice = sorted({name for name in self.header if self.header.count(name) > 1})
        for what, names in (("unknown", unknown), ("missing", missing), ("repeated", twice)):
            if names:
                raise BadFile(f"{self.name}: {what} column {', '.join(names)}.")

    def _first(self, handle: IO[str]) -> list[str]:
        try:
            header = next(csv.reader(handle, strict=True), None)
        except (UnicodeDecodeError, csv.Error, OSError, EOFError) as error:
            raise BadFile(f"{self.name} cannot be read: {error}.") from error
        if not header:
            raise BadFile(f"{self.name} has no header.")
        return header

    def rows(self) -> Iterator[Row]:
        """Every row, parsed; what is wrong stands in ``row.reasons``.

        :raises BadFile: when the bytes are not UTF-8 or the quoting is broken; what was read before stays.
        """
        with open_text(self.path) as handle:
            reader = csv.reader(handle, strict=True)
            number = 0
            try:
                for raw in reader:
                    number += 1
                    if number == 1 or not any(field.strip() for field in raw):
                        continue
                    yield self.parse(number, raw)
            except (UnicodeDecodeError, csv.Error, OSError, EOFError) as error:
                raise BadFile(f"{self.name}: row {number + 1} cannot be read: {error}.") from error

    def parse(self, number: int, raw: list[str]) -> Row:
        """One record against the columns."""
        row = Row(number, raw, {}, [])
        if len(raw) != len(self.header):
            row.reasons.append(f"{len(raw)} fields instead of {len(self.header)}")
            return row
        for name, column in self.columns.items():
            field = raw[self.positions[name]].strip() if name in self.positions else ""
            if not field:
                row.values[name] = column.default
                if column.required:
                    row.wrong(name, "missing")
                continue
            try:
                row.values[name] = column.parse(field)
            except Wrong as why:
                row.values[name] = None
                row.wrong(name, str(why))
        return row


class Rejects:
    """``rejected/<file>.csv``: rows that were left out, with number and reason. Made when first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "rejected"
        if self.folder.is_dir():
            shutil.rmtree(self.folder)
        self.counts: dict[str, int] = {}
        self._writers: dict[str, Any] = {}
        self._stack = ExitStack()

    def add(
        self, table: str, header: Sequence[str], number: int, reasons: Sequence[str], raw: Sequence[str]
    ) -> None:
        """Write one rejected row of ``table`` (a file name like prices.csv)."""
        writer = self._writers.get(table)
        if writer is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = self._stack.enter_context((self.folder / table).open("w", encoding="utf-8", newline=""))
            writer = csv.writer(handle)
            writer.writerow(["row", "reason", *header])
            self._writers[table] = writer
        writer.writerow([number, "; ".join(reasons), *raw])
        self.counts[table] = self.counts.get(table, 0) + 1

    def close(self) -> None:
        """Finish the files."""
        self._stack.close()
