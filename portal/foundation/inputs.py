"""What people and browsers send, as plain values. Pure rules."""

from __future__ import annotations

from collections.abc import Mapping

LONGEST_ID = 15  # digits; a longer number is no row's id


def strip_nul(value: str) -> str:
    """Text without NUL characters, which the database refuses."""
    return value.replace("\x00", "")


def clean_text(value: str) -> str:
    """Text without NUL characters and without outer white space."""
    return strip_nul(value).strip()


def one_text(fields: Mapping[str, str], name: str) -> str:
    """A text field as it was typed, but for NUL characters; empty when it is missing."""
    return strip_nul(fields.get(name, ""))


def read_text(fields: Mapping[str, str], name: str, longest: int) -> str:
    """A text field of a form or an address, cleaned and cut; empty when it is missing."""
    return clean_text(fields.get(name, ""))[:longest]


def read_number(text: str, *, digits: int) -> int | None:
    """A whole number of up to ``digits`` ASCII digits; None for anything else, such as "²" or a sign."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def read_id(text: str) -> int | None:
    """The id of a row; None for what cannot be one."""
    return read_number(text, digits=LONGEST_ID)
