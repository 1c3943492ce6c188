"""Files as lines of text: their names, compression and encoding. Always streamed: a file may be of any size."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

# The longest row that the columns allow is a twentieth of this; a compressed file may hide one of any length.
LONGEST_RECORD = 1_000_000

csv.field_size_limit(LONGEST_RECORD)


class BadFile(Exception):
    """A file that cannot be imported. One sentence for the administrator."""


def find(folder: Path, name: str) -> Path | None:
    """The file ``name`` or ``name.gz`` in the folder; None when neither is there.

    :raises BadFile: when both are.
    """
    found = [path for path in (folder / name, folder / f"{name}.gz") if path.is_file()]
    if len(found) > 1:
        raise BadFile(f"{name} is there twice, plain and compressed; remove one of them.")
    return found[0] if found else None


class Source:
    """The text of a file, line by line: decompressed, without byte order mark, no record longer than allowed."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        raw: Any = gzip.GzipFile(fileobj=self._file) if path.suffix == ".gz" else self._file
        self._text: IO[str] = io.TextIOWrapper(
            raw, encoding="utf-8-sig", errors="surrogateescape", newline=""
        )
        self._left = LONGEST_RECORD
        self._reported = 0

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()
        self._file.close()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._left + 1)
        self._left -= len(line)
        if self._left < 0:
            raise csv.Error(f"it is longer than {LONGEST_RECORD:,} characters")
        if not line:
            raise StopIteration
        return line

    def record_ends(self) -> None:
        """The next line begins a new record."""
        self._left = LONGEST_RECORD

    def newly_read(self) -> int:
        """Bytes of the file read since the last call."""
        before, self._reported = self._reported, self._file.tell()
        return self._reported - before
