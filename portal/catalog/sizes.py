"""Sizes in shelf order: a quart before a gallon before a pail."""

from __future__ import annotations

import re
from collections.abc import Iterable

_UNIT_RANK = {"oz": 0, "pt": 1, "qt": 2, "gal": 3}
_LEADING = re.compile(r"(\d+(?:\.\d+)?)(?:[/-](\d+(?:\.\d+)?))?\s*([a-z]*)", re.IGNORECASE)


def size_order(size: str) -> tuple[int, float, str]:
    """Sort key: by unit, then by amount, then by text."""
    found = _LEADING.match(size)
    if found is None:
        return 99, 0.0, size
    amount = float(found[1]) / (float(found[2]) or 1.0) if found[2] and "/" in found[0] else float(found[1])
    return _UNIT_RANK.get(found[3].lower(), 9), amount, size


def in_order(sizes: Iterable[str]) -> list[str]:
    """Distinct sizes, small to large; empty ones are left out."""
    return sorted({each for each in sizes if each}, key=size_order)
