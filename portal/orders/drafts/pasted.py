"""Reading a pasted list: one line each, ``SKU quantity`` and perhaps a colour number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.foundation.inputs import strip_nul
from portal.orders.quantities import MAX_PASTED, parse_quantity

SEPARATORS = re.compile(r"[\t;,]+|\s+")


@dataclass(frozen=True)
class Pasted:
    """One line of a pasted list; ``problem`` is set if it cannot be read."""

    raw: str
    sku: str = ""
    quantity: int | None = None
    colour_number: str | None = None
    problem: str | None = None


def read_pasted(text: str) -> list[Pasted]:
    """The lines of a pasted list, empty ones left out; those after the 200th are returned as problems.

    Accepts what spreadsheets put on the clipboard (tabs) and what people type (spaces, commas, ``x12``).
    A line without a quantity means one.
    """
    rows = [line.strip() for line in strip_nul(text).splitlines()]
    rows = [row for row in rows if row]
    return [
        _read(row)
        if at < MAX_PASTED
        else Pasted(row, problem=f"Only {MAX_PASTED} lines are taken at once. Send this one next.")
        for at, row in enumerate(rows)
    ]


def _read(row: str) -> Pasted:
    parts = [part for part in SEPARATORS.split(row) if part]
    if not parts:
        return Pasted(row, problem="There is no SKU on this line.")
    sku, rest = parts[0], parts[1:]
    if not rest:
        return Pasted(row, sku, 1)
    quantity = parse_quantity(rest[0].lower().lstrip("x×"))
    if quantity is None:
        return Pasted(row, sku, problem=f"“{rest[0]}” is not a quantity. Write the SKU, then how many.")
    if len(rest) > 2:
        return Pasted(
            row, sku, problem="Write the SKU, the quantity and perhaps a colour number, nothing more."
        )
    return Pasted(row, sku, quantity, rest[1].upper() if len(rest) == 2 else None)
