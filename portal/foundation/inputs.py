"""What people and browsers send, as plain values. Pure rules."""

from __future__ import annotations

import re
from collections.abc import Mapping

from portal.foundation.errors import Rejected

LONGEST_ID = 15  # digits; a longer number is no row's id
# Thousands in threes, all with the same separator. A first group of zero would be a decimal comma: 0,500 is a half.
GROUPS = "[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?:[ \u00a0\u202f][0-9]{3})+"
# Three decimals are none: 4.000 is four thousand to half of the world.
_WHOLE = re.compile(rf"({GROUPS}|[0-9]+)(?:\.0{{1,2}})?")
_SEPARATOR = re.compile("[, \u00a0\u202f]")


def strip_nul(value: str) -> str:
    """Text without NUL characters, which the database refuses."""
    return value.replace("\x00", "")


def with_newlines(value: str) -> str:
    """Text with a line end as one character: browsers count it as one and send two."""
    return value.replace("\r\n", "\n").replace("\r", "\n")


def clean_text(value: str) -> str:
    """Text without NUL characters and without outer white space, line ends as one character."""
    return with_newlines(strip_nul(value)).strip()


def one_text(fields: Mapping[str, str], name: str) -> str:
    """A text field as it was typed, but for NUL characters and line ends; empty when it is missing."""
    return with_newlines(strip_nul(fields.get(name, "")))


def written_text(fields: Mapping[str, str], name: str) -> str:
    """What a person wrote into a field, cleaned and whole: what is too long is refused, never cut."""
    return clean_text(fields.get(name, ""))


def read_text(fields: Mapping[str, str], name: str, longest: int) -> str:
    """A text to search by, cleaned and cut; empty when it is missing."""
    return clean_text(fields.get(name, ""))[:longest]


def length_problem(text: str, longest: int, what: str = "this") -> str | None:
    """The sentence for a text that is too long; None if it is not."""
    if len(text) <= longest:
        return None
    return f"Keep {what} within {longest:,} characters; it has {len(text):,}."


def refuse_longer(text: str, longest: int, *, field: str, what: str = "this", code: str = "too_long") -> None:
    """Refuse a text that is too long.

    :raises Rejected: with the code, on the field.
    """
    words = length_problem(text, longest, what)
    if words:
        raise Rejected(code, words, field=field)


def read_whole(text: str | None, *, digits: int = 9) -> int | None:
    """A whole number as people type it: ``12``, ``1,200``, ``1 200``, ``4.0``; None for anything else.

    A comma or a blank only ever separates thousands, so that ``1,5`` and ``1 5`` are refused instead of read as 15.

    :param digits: the most that it may have.
    """
    found = _WHOLE.fullmatch((text or "").strip())
    return read_number(_SEPARATOR.sub("", found[1]), digits=digits) if found else None


def read_number(text: str, *, digits: int) -> int | None:
    """A whole number of up to ``digits`` ASCII digits; None for anything else, such as "²" or a sign."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def read_id(text: str) -> int | None:
    """The id of a row; None for what cannot be one."""
    return read_number(text, digits=LONGEST_ID)
