"""Regions as codes: "Illinois", "Ill.", " il " and full-width letters are all IL. Pure.

The regions of the US, Canada and Australia come from a table, and what is not in it is refused. Those of other countries
are kept as typed, in one spelling. The code is without the country: a seller with stores in two of these countries whose
codes are the same (WA, NT, SA) cannot tax them apart.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches

from portal.foundation.wording import fold
from portal.places.tables import COUNTRIES

CODE_LIKE = re.compile(r"[A-Za-z0-9]{1,3}")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
# "State of Illinois", "US-IL", "IL, USA".
_AROUND = re.compile(
    r"^(?:the )?(?:state|commonwealth|province|territory) of |^(?:us|usa|ca|can|au|aus) (?=\S)| (?:usa|us)$"
)
CLOSE = 0.75


class UnknownRegion(ValueError):
    """No region of the country; the text is a sentence that says what to do."""


def _spelled(typed: str) -> str:
    """Words in lower case without accents and points: "N.Y." is "ny", "Qué." is "que"."""
    plain = fold(unicodedata.normalize("NFKC", typed)).replace(".", "").replace("'", "")
    return _NOT_A_WORD.sub(" ", plain).strip()


def _key(typed: str) -> str:
    return _spelled(typed).replace(" ", "")


def _table(rows: str) -> tuple[dict[str, str], dict[str, str]]:
    names, codes = {}, {}
    for row in rows.split("\n"):
        if row:
            code, *words = row.split("|")
            names[code] = words[0]
            codes.update(dict.fromkeys(map(_key, (code, *words)), code))
    return names, codes


# By country: names by code, and codes by everything that is written for them.
_TABLES = {country: _table(rows) for country, (_, rows) in COUNTRIES.items()}


def region_code(typed: str, country: str) -> str:
    """The region of an address: its code in the US, Canada and Australia, elsewhere what was typed in one spelling; empty
    if nothing was.

    :param country: its two letters.
    :raises UnknownRegion: when the country has no such region.
    """
    if country not in _TABLES or not any(map(str.isalnum, typed)):
        return _as_typed(typed)
    found = _found(typed, country)
    if found is None:
        raise UnknownRegion(_refusal(typed, country))
    return found


def any_region(typed: str) -> str:
    """A region without its country: the code of the first country that has it, else what was typed in one spelling."""
    return next(filter(None, (_found(typed, country) for country in _TABLES)), None) or _as_typed(typed)


def checked_region(typed: str) -> str:
    """The same, of what somebody types: what is nearly a region of these countries is a slip, and refused.

    :raises UnknownRegion: with the region that was probably meant.
    """
    code = any_region(typed)
    if any(code in names for names, _ in _TABLES.values()):
        return code
    for country in _TABLES:
        if len(_key(typed)) > len("ACT") and _nearest(typed, country):
            raise UnknownRegion(_refusal(typed, country))
    return code


def region_name(code: str) -> str:
    """IL is Illinois; a code that is in no table is its own name."""
    return next((names[code] for names, _ in _TABLES.values() if code in names), code)


def _as_typed(typed: str) -> str:
    plain = " ".join(unicodedata.normalize("NFKC", typed).split())
    if not any(map(str.isalnum, plain)):
        return ""
    return plain.upper() if CODE_LIKE.fullmatch(plain) else plain


def _found(typed: str, country: str) -> str | None:
    _, codes = _TABLES[country]
    spelled = _spelled(typed)
    bare = _AROUND.sub("", spelled)
    return codes.get(spelled.replace(" ", "")) or codes.get(bare.replace(" ", ""))


def _nearest(typed: str, country: str) -> str | None:
    _, codes = _TABLES[country]
    near = get_close_matches(_key(typed), codes, n=1, cutoff=CLOSE)
    return codes[near[0]] if near else None


def _refusal(typed: str, country: str) -> str:
    word = COUNTRIES[country][0]
    near = _nearest(typed, country)
    shown = " ".join(typed.split())[:40]
    if near:
        return f"no {word} is called {shown}; did you mean {near} ({region_name(near)})?"
    return f"no {word} is called {shown}; use its code, for example {next(iter(_TABLES[country][0]))}"
