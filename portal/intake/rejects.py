"""``rejected/<file>.csv``: rows that were left out, with number and reason."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

from portal.intake.tables import Row, Table


class _Writer(Protocol):
    def writerow(self, row: Iterable[Any], /) -> Any: ...


class Rejects:
    """Writes rejected rows; each file is made when it is first needed.

    :param folder: the import's folder; ``rejected`` is made inside it.
    :param files: names that this import may write. Those of an earlier run are removed, and nothing else.
    """

    def __init__(self, folder: Path, files: Iterable[str]) -> None:
        self.folder = folder / "rejected"
        for name in files:
            (self.folder / name).unlink(missing_ok=True)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()
        self.counts: dict[str, int] = {}
        self._writers: dict[str, _Writer] = {}
        self._open = ExitStack()

    def add(self, table: Table, row: Row, reasons: Sequence[str] = ()) -> None:
        """Write one rejected row, with its own reasons where no others are given."""
        writer = self._writers.get(table.name) or self._begin(table)
        writer.writerow([row.number, "; ".join(reasons or row.reasons), *row.raw])
        self.counts[table.name] = self.counts.get(table.name, 0) + 1

    def _begin(self, table: Table) -> _Writer:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / table.name
        handle = self._open.enter_context(
            path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
        )
        writer = self._writers[table.name] = csv.writer(handle)
        writer.writerow(["row", "reason", *table.header])
        return writer

    def close(self) -> None:
        """Finish the files."""
        self._open.close()
