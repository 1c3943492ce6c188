"""How a file was saved: its encoding and what separates its columns. Offices save in more ways than one."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Collection
from dataclasses import dataclass

from portal.intake.headers import fold

# The first that fits wins, so the longer mark of UTF-32 stands before that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
ENCODINGS = ("utf-8", "utf-16", "cp1252", "cp1250", "latin-1", "mac-roman")
# Spreadsheets read this line as an instruction and do not show it.
_INSTRUCTION = re.compile(r'"?sep=(.)"?[;,\t|\r\n"]*', re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """What whoever starts an import says about its files; what is not said is found out.

    :ivar encoding: one of :data:`ENCODINGS`.
    :ivar separator: what stands between two fields.
    :ivar strict: stop at columns that no file has, instead of leaving them out.
    """

    encoding: str = ""
    separator: str = ""
    strict: bool = False


AS_FOUND = Reading()


def encoding_of(head: bytes) -> str:
    """The encoding by a file's first bytes: by its byte order mark, or by every other byte being zero, else UTF-8."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    half = len(head) // 2
    first, second = head[0 : 2 * half : 2].count(0), head[1 : 2 * half : 2].count(0)
    if half and min(first, second) * 10 < half < max(first, second) * 2:
        return "utf-16-le" if second > first else "utf-16-be"
    return "utf-8-sig"


def instruction(line: str) -> str | None:
    """What a first line ``sep=;`` says; None for any other line."""
    found = _INSTRUCTION.fullmatch(line)
    return found[1] if found else None


def separator_of(header: str, names: Collection[str]) -> str:
    """What separates the columns: that by which most of the header's names are known; a comma where none does."""
    known = {fold(name) for name in names}

    def hits(separator: str) -> int:
        return len(known & {fold(name) for name in next(csv.reader([header], delimiter=separator), [])})

    return max(SEPARATORS.values(), key=hits)


def separator_name(separator: str) -> str:
    """``semicolons``; as it is where it has no name here."""
    return next((f"{name}s" for name, sign in SEPARATORS.items() if sign == separator), repr(separator))
