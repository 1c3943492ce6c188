"""Bars of a chart in a box of 1,000 units each way, in whole numbers. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BOX = 1_000
# A bar for any amount is thick enough to be seen.
THINNEST = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it begins and how far it reaches."""

    x: int
    y: int
    width: int
    height: int


def columns(amounts: Sequence[int], *, gap: int = 25) -> tuple[list[Bar], int]:
    """Vertical bars, left to right, and the height of the zero line; amounts below zero hang from it.

    :param gap: percentage of a bar's room that stays empty.
    """
    top, bottom = max([0, *amounts]), min([0, *amounts])
    span = (top - bottom) or 1
    zero = BOX * top // span
    room = BOX // max(1, len(amounts))
    bars = []
    for n, amount in enumerate(amounts):
        height = _length(abs(amount), span)
        y = zero - height if amount > 0 else zero
        free = room * gap // 100
        bars.append(Bar(n * room + free // 2, max(0, min(y, BOX - height)), room - free, height))
    return bars, zero


def rows(amounts: Sequence[int], *, gap: int = 45) -> list[Bar]:
    """Horizontal bars, top to bottom; an amount below zero has no length."""
    top = max([1, *amounts])
    room = BOX // max(1, len(amounts))
    free = room * gap // 100
    return [
        Bar(0, n * room + free // 2, _length(max(0, amount), top), room - free)
        for n, amount in enumerate(amounts)
    ]


def _length(amount: int, span: int) -> int:
    return max(THINNEST, BOX * amount // span) if amount else 0
