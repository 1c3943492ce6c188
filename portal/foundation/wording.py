"""Quantities and references as people say them, and one spelling of words for every search: without accents and case.

The database has the same function ``fold(text)``, made from the tables here by a migration; a change of them needs
another migration that makes it again, and the indexes over it.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from datetime import date

# What no decomposition takes apart, after lower case.
SINGLE = {
    **dict(zip("łøđðħıŧŋĸſς", "loddhitnksσ", strict=True)),
    **dict(zip("’‘‚′”“„″‐‑‒–—−⁄×", "''''\"\"\"\"------/x", strict=True)),
}
DOUBLE = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
# Combining marks of the scripts that write them beside their letters.
MARKS = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)


def _lower_case() -> dict[str, str]:
    """Letters that have a lower case, with what it is here: of one character, whatever stands beside it."""
    found = {}
    for letter in map(chr, range(sys.maxunicode + 1)):
        low = letter.lower()
        if low != letter and len(low) == 1 and unicodedata.normalize("NFKD", letter) == letter:
            found[letter] = SINGLE.get(low, low)
    return found


LETTERS = {**_lower_case(), **SINGLE}
_TABLE = str.maketrans({**{letter: DOUBLE.get(low, low) for letter, low in LETTERS.items()}, **DOUBLE})
_MARKS = re.compile(MARKS)


def quantity_words(quantity: int, unit: str) -> str:
    """``1 gallon``, ``12 gallons``, ``3 boxes``, ``5 units`` (sold by the piece)."""
    name = "unit" if unit in ("", "each") else unit
    if abs(quantity) != 1:
        name += "es" if name.endswith(("s", "x", "ch", "sh")) else "s"
    return f"{quantity:,} {name}"


def po_words(po_number: str) -> str:
    """``PO 7731``; a number that already says so is unchanged: ``PO-44213``."""
    if not po_number or po_number.upper().startswith(("PO", "P.O")):
        return po_number
    return f"PO {po_number}"


def weekday_words(on: date) -> str:
    """``Mon 3 Nov 2026``."""
    return f"{on:%a} {on.day} {on:%b %Y}"


def date_words(day: date) -> str:
    """``2 Jun 2026``."""
    return f"{day.day} {day:%b %Y}"


def fold(text: str) -> str:
    """``Crème Façade`` and ``CREME FACADE`` are ``creme facade``, ``Weiß`` is ``weiss``."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).translate(_TABLE)


def fold_like(words: str) -> str:
    """``%words%`` for ``fold(…) like``, with the wildcards in them escaped."""
    escaped = fold(words).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def phone_digits(phone: str | None) -> str | None:
    """Only the digits, so that ``5185550100`` finds ``(518) 555-0100``; None if there are none."""
    return "".join(c for c in phone or "" if c.isdecimal()) or None
