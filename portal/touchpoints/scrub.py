"""Texts that came from outside, as they may be kept: without what no column or terminal takes, and without what could name
a person."""

from __future__ import annotations

import re
import unicodedata

_MAIL = re.compile(r"[^\s@<>\"]+@[^\s@<>\"']+")
_LINK_QUERY = re.compile(r"\?[^\s\"']*")
# Phone numbers in any writing, account numbers: five digits and more, with what people put between them.
_DIGITS = re.compile(r"\+?\d(?:[\s().-]*\d){4,}")


# Control characters, halves of surrogate pairs, unassigned code points; and what turns the direction of a line.
_UNWANTED = frozenset({"Cc", "Cs", "Cn"})
_TURNS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean_text(text: str, length: int | None = None) -> str:
    """``text`` as PostgreSQL, JSON and people's terminals can take it, cut at ``length`` characters."""
    if not text.isascii() or not text.isprintable():
        text = "".join(map(_clean_character, text))
    return text if length is None else text[:length]


def _clean_character(char: str) -> str:
    if char in _TURNS:
        return ""
    category = unicodedata.category(char)
    if category == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    return " " if category in _UNWANTED or char in "\u2028\u2029" else char


def scrubbed(text: str) -> str:
    """``text`` without mail addresses, long numbers and query strings."""
    text = clean_text(text)
    text = _MAIL.sub("[mail]", text)
    text = _LINK_QUERY.sub("", text)
    return _DIGITS.sub("[number]", text)
