"""A count of stock as other systems write it. Pure rule: text in, whole units out."""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR, Decimal

from portal.foundation.inputs import GROUPS

# More than any store has; what is beyond it is not a count.
MOST_UNITS = 1_000_000_000
MINUS = "-\u2212\u2013"
_POINT = re.compile(rf"(?:{GROUPS}|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+")
_COMMA = re.compile(r"(?:[1-9][0-9]{0,2}(?:[. \u00a0\u202f][0-9]{3})+|[0-9]+),[0-9]*")
_SEPARATOR = re.compile("[, \u00a0\u202f]")


def read_units(raw: str) -> int | None:
    """``-3``, ``3-`` and ``(3)`` are below zero, ``2.0`` is 2; of a part of a unit nothing can be sold, so 2.5 is 2.
    None for what is not a number."""
    text = raw.strip()
    below = text[:1] in MINUS or text[-1:] in MINUS or (text.startswith("(") and text.endswith(")"))
    number = _number(text.strip(f"{MINUS}+() \u00a0"))
    if number is None or number > MOST_UNITS:
        return None
    return int((-number if below else number).to_integral_value(ROUND_FLOOR))


def _number(text: str) -> Decimal | None:
    if _POINT.fullmatch(text):
        return Decimal(_SEPARATOR.sub("", text))
    if _COMMA.fullmatch(text):
        return Decimal(_SEPARATOR.sub("", text.replace(",", "#").replace(".", "")).replace("#", "."))
    return None
