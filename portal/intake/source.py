"""Files as lines of text: their names, compression and encoding. Always streamed: a file may be of any size."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from portal.intake.dialect import encoding_of

# The longest row that the columns allow is a twentieth of this; a compressed file may hide one of any length.
LONGEST_RECORD = 1_000_000
HEAD = 4096  # bytes that tell the encoding

csv.field_size_limit(LONGEST_RECORD)


class BadFile(Exception):
    """A file that cannot be imported. One sentence for the administrator."""


def find(folder: Path, name: str) -> Path | None:
    """The file ``name`` or ``name.gz`` in the folder, whatever the case of its letters; None when there is none.

    :raises BadFile: when there is more than one.
    """
    found = [path for path in sorted(folder.iterdir()) if path.is_file() and bare_name(path) == name]
    if len({path.name.casefold() for path in found}) > 1:
        raise BadFile(f"{name} is there twice, plain and compressed; remove one of them.")
    if len(found) > 1:
        raise BadFile(f"{name} is there twice: {', '.join(path.name for path in found)}; remove one of them.")
    return found[0] if found else None


def bare_name(path: Path) -> str:
    """The name that a file is known by: in lower case, without its compression."""
    return path.name.casefold().removesuffix(".gz")


class Source:
    """The text of a file, line by line: decompressed, without byte order mark, no record longer than allowed.

    :param encoding: empty to find it out.
    """

    def __init__(self, path: Path, encoding: str = "") -> None:
        self._file = path.open("rb")
        try:
            self.encoding = encoding or encoding_of(_unpacked(path, self._file).read(HEAD))
            self._file.seek(0)
            self._text: IO[str] = io.TextIOWrapper(
                _unpacked(path, self._file), encoding=self.encoding, errors="surrogateescape", newline=""
            )
        except BaseException:
            self._file.close()
            raise
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


def _unpacked(path: Path, file: IO[bytes]) -> Any:
    return gzip.GzipFile(fileobj=file) if path.suffix.casefold() == ".gz" else file
