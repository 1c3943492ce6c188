"""One spelling for every search: without accents, case and the letters that keyboards lack. Pure rule.

The database has the same function, ``fold(text)``: columns are compared with what this makes of what was typed.
"""

from __future__ import annotations

import re
import unicodedata

# Letters that no decomposition takes apart, after lower case.
LETTERS = {
    "ß": "ss",
    "ł": "l",
    "ø": "o",
    "æ": "ae",
    "œ": "oe",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ħ": "h",
    "ı": "i",
    "ŧ": "t",
    "ŋ": "n",
    "ĸ": "k",
    "ſ": "s",
}
_LETTERS = str.maketrans(LETTERS)
# The combining marks of the scripts that write them beside their letters.
MARKS = "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
_MARKS = re.compile(f"[{MARKS}\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")


def fold(text: str) -> str:
    """``Crème Façade`` and ``CREME FACADE`` are ``creme facade``, ``Weiß`` is ``weiss``."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).lower().translate(_LETTERS)
