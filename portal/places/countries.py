"""Countries as their two letters (ISO 3166-1): "USA", "United States" and "us" are all US. Pure."""

from __future__ import annotations

import re
import unicodedata

from portal.foundation.wording import fold
from portal.places.tables import COUNTRY_WORDS

TWO_LETTERS = re.compile(r"[A-Z]{2}")
_NOT_A_WORD = re.compile(r"[^a-z]+")


def _key(typed: str) -> str:
    return _NOT_A_WORD.sub("", fold(unicodedata.normalize("NFKC", typed)))


_CODES = {_key(word): code for code, words in COUNTRY_WORDS.items() for word in words.split("|")}


def country_code(typed: str) -> str | None:
    """The two letters of a country; None if it is none."""
    key = _key(typed)
    code = _CODES.get(key, key.upper())
    return code if TWO_LETTERS.fullmatch(code) else None
