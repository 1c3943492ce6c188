"""``rejected/<file>.csv``: rows that were left out, with number and reason."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

from portal.intake.tables import NOT_UTF8, Row, Table

FIRST = 20  # rejected rows of a file that are told, where they are not written


class _Writer(Protocol):
    def writerow(self, row: Iterable[Any], /) -> Any: ...


class Rejects:
    """Writes rejected rows; each file is made when it is first needed.

    :param folder: the import's folder; ``rejected`` is made inside it. None to write nothing, and keep the first
        reasons of each file instead.
    :param files: names that this import may write. Those of an earlier run are removed, and nothing else.
    """

    def __init__(self, folder: Path | None, files: Iterable[str]) -> None:
        self.folder = folder and folder / "rejected"
        self.counts: dict[str, int] = {}
        self.reasons: dict[str, list[str]] = {}
        self.undecoded: set[str] = set()
        self._writers: dict[str, _Writer] = {}
        self._open = ExitStack()
        if self.folder is not None:
            _remove_earlier(self.folder, files)

    def add(self, table: Table, row: Row, reasons: Sequence[str] = ()) -> None:
        """Write one rejected row, with its own reasons where no others are given."""
        why = "; ".join(reasons or row.reasons)
        self.counts[table.name] = self.counts.get(table.name, 0) + 1
        if NOT_UTF8 in why:
            self.undecoded.add(table.name)
        if self.folder is None:
            told = self.reasons.setdefault(table.name, [])
            told.extend([f"row {row.number}: {why}"] if len(told) < FIRST else [])
            return
        writer = self._writers.get(table.name) or self._begin(self.folder, table)
        writer.writerow([row.number, why, *row.raw])

    def _begin(self, folder: Path, table: Table) -> _Writer:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / table.name
        handle = self._open.enter_context(
            path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
        )
        # Separated as its file is, because commas inside numbers mean decimals where semicolons separate.
        writer = self._writers[table.name] = csv.writer(handle, delimiter=table.separator)
        writer.writerow(["row", "reason", *table.header])
        return writer

    def close(self) -> None:
        """Finish the files."""
        self._open.close()


def _remove_earlier(folder: Path, files: Iterable[str]) -> None:
    for name in files:
        (folder / name).unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
