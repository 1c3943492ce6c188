"""How many may be ordered: whole numbers within limits, in whole packs."""

from __future__ import annotations

from portal.foundation.inputs import read_whole

MAX_QUANTITY = 100_000
MAX_LINES = 1_500
MAX_PASTED = 200


def round_up(quantity: int, pack_size: int) -> int:
    """The next whole number of packs, at least one: 5 in packs of 4 → 8."""
    return max(1, -(-quantity // pack_size)) * pack_size


def round_down(quantity: int, pack_size: int) -> int:
    """The whole packs in a number of units: 7 in packs of 4 → 4."""
    return quantity // pack_size * pack_size


def pack_words(quantity: int, pack_size: int) -> str:
    """What to say if a quantity is not a whole number of packs; offers the nearest ones."""
    more = round_up(quantity, pack_size)
    less = more - pack_size
    choice = f"take {less} or {more}" if less > 0 else f"take {more}"
    return f"Sold in packs of {pack_size}: {choice}."


def quantity_problem(quantity: int | None, pack_size: int) -> str | None:
    """The sentence that says what is wrong with a quantity; None if it can be ordered."""
    if quantity is None:
        return "Give the quantity as a whole number."
    if quantity < 1:
        return "Take at least 1."
    if quantity > MAX_QUANTITY:
        return f"That is more than {MAX_QUANTITY:,}. Call us for an order of that size."
    if quantity % pack_size:
        return pack_words(quantity, pack_size)
    return None


def parse_quantity(text: str | None) -> int | None:
    """A quantity as people type it (``12``, ``1,200``, ``4.0``); None if it is not a whole number."""
    return read_whole(text)
