"""Reading a pasted list: one line each, a SKU, how many, and perhaps a colour.

A line copied from a spreadsheet has its columns between tabs, one from a file between commas or semicolons; what people
type has blanks, also inside their own part numbers. Where a line can be read in several ways, all are given, the likely
ones first: which of them names something is for the catalogue to say.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.foundation.inputs import strip_nul
from portal.orders.drafts.pasted_fields import (
    COLOUR_NAMES,
    QUANTITY_NAMES,
    SKU_NAMES,
    column,
    is_header,
    is_price,
    is_unit,
    read_count,
)
from portal.orders.quantities import MAX_PASTED

# A comma that only groups thousands separates no columns: INT-300 1,200.
_THOUSANDS = re.compile(r"[^,;\"]*\s[0-9]{1,3}(,[0-9]{3})+(\s*[A-Za-z.]+)?")
NO_SKU = "There is no SKU on this line."
NO_QUANTITY = "There is no quantity on this line. Write how many after the SKU."


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a line. ``extra`` is what follows the quantity: a color, or the name of the item."""

    sku: str
    quantity: int
    extra: str = ""


@dataclass(frozen=True)
class Pasted:
    """One line of a pasted list; ``problem`` is set if it cannot be read in any way."""

    raw: str
    readings: tuple[Reading, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a header says that things are."""

    sku: int
    quantity: int | None
    colour: int | None


def read_pasted(text: str) -> list[Pasted]:
    """The lines of a pasted list without empty ones and a header; those after the 200th are returned as problems.

    A line without a quantity means one.
    """
    rows = [row for row in (line.strip(" \r\n") for line in strip_nul(text).splitlines()) if row.strip()]
    columns = None
    if rows and is_header(first := _cells(rows[0]) or rows[0].split()):
        rows, columns = rows[1:], _named(first) if _cells(rows[0]) else None
    return [
        _read(row, columns)
        if at < MAX_PASTED
        else Pasted(row.strip(), problem=f"Only {MAX_PASTED} lines are taken at once. Send this one next.")
        for at, row in enumerate(rows)
    ]


def _named(header: Sequence[str]) -> _Columns:
    sku = column(header, SKU_NAMES)
    return _Columns(sku or 0, column(header, QUANTITY_NAMES), column(header, COLOUR_NAMES))


def _cells(row: str) -> list[str] | None:
    """The columns of a line; None if it has none."""
    if "\t" in row:
        return _split(row, "\t")
    if _THOUSANDS.fullmatch(row):
        return None
    return next(
        (_split(row, mark) for mark in ";," if mark in row), _split(row, ",") if row[0] == '"' else None
    )


def _split(row: str, mark: str) -> list[str]:
    cells = next(csv.reader([row], delimiter=mark, skipinitialspace=True), [])
    return [cell.strip() for cell in cells]


def _read(row: str, columns: _Columns | None) -> Pasted:
    cells = _cells(row)
    raw = row.strip()
    if cells is None:
        return _typed(raw)
    if not any(cells):
        return Pasted(raw, problem=NO_SKU)
    table = _by_header(row, cells, columns) if columns else _table(row, cells)
    if "\t" in row:
        return table
    # A part number may hold the comma or the semicolon itself.
    readings = (*table.readings, *_typed(raw).readings)
    return Pasted(raw, readings) if table.readings else table


def _by_header(row: str, cells: list[str], columns: _Columns) -> Pasted:
    raw = row.strip()

    def cell(at: int | None) -> str:
        return cells[at] if at is not None and at < len(cells) else ""

    sku, quantity = cell(columns.sku), cell(columns.quantity)
    if not sku:
        return Pasted(raw, problem=NO_SKU)
    if columns.quantity is None:
        return _table(row, cells)
    if not quantity:
        return Pasted(raw, problem=NO_QUANTITY)
    count = read_count(quantity)
    return (
        Pasted(raw, problem=_no_quantity(quantity))
        if count is None
        else Pasted(raw, (Reading(sku, count, cell(columns.colour)),))
    )


def _table(row: str, cells: list[str]) -> Pasted:
    """Columns without a header: the SKU, perhaps its name, how many, and what follows."""
    raw, sku, rest = row.strip(), cells[0], cells[1:]
    if not sku:
        return Pasted(raw, problem=NO_SKU)
    if not any(rest):
        return Pasted(raw, problem=NO_QUANTITY) if rest and "\t" in row else Pasted(raw, (Reading(sku, 1),))
    at = next((n for n, cell in enumerate(rest) if read_count(cell) is not None), None)
    if at is None:
        return Pasted(raw, problem=_no_quantity(next(cell for cell in rest if cell)))
    following = [cell for cell in rest[at + 1 :] if cell]
    if split := _split_number(rest[at : at + 2]):
        return Pasted(raw, problem=f"Is the quantity {split}? Write it without the comma, or in quotes.")
    extra = next((cell for cell in following if not is_unit(cell) and not is_price(cell)), "")
    return Pasted(raw, (Reading(sku, read_count(rest[at]) or 0, extra),))


def _split_number(cells: Sequence[str]) -> str | None:
    """``1,200`` without quotes between commas comes apart; nothing says whether it was one number."""
    if len(cells) == 2 and re.fullmatch("[1-9][0-9]{0,2}", cells[0]) and re.fullmatch("[0-9]{3}", cells[1]):
        return ",".join(cells)
    return None


def _no_quantity(text: str) -> str:
    return f"“{text[:40]}” is not a quantity. Write the SKU, then how many."


def _typed(raw: str) -> Pasted:
    """Words with blanks between: the last number is how many, and what is before it the SKU; or the second word is."""
    words = raw.split()
    readings = [*_number_last(words), *_number_second(words), *_number_first(words)]
    if len(words) == 1:
        readings.append(Reading(words[0], 1))
    elif not readings:
        return Pasted(raw, problem=_no_quantity(words[1]))
    return Pasted(raw, tuple(dict.fromkeys(readings)))


def _number_last(words: list[str]) -> list[Reading]:
    rest = list(words)
    while len(rest) > 2 and is_unit(rest[-1]):
        rest.pop()
    found = []
    if len(rest) > 1 and (count := read_count(rest[-1])) is not None:
        sku = rest[:-2] if len(rest) > 2 and is_unit(rest[-2]) else rest[:-1]
        found.append(Reading(" ".join(sku), count))
    if len(rest) > 2 and (count := read_count(rest[-2])) is not None:
        found.append(Reading(" ".join(rest[:-2]), count, rest[-1]))
    return found


def _number_second(words: list[str]) -> list[Reading]:
    if len(words) < 2 or (count := read_count(words[1])) is None:
        return []
    following = [word for word in words[2:] if not is_unit(word)]
    return [Reading(words[0], count, " ".join(following))]


def _number_first(words: list[str]) -> list[Reading]:
    if len(words) < 2 or (count := read_count(words[0])) is None:
        return []
    rest = words[2:] if len(words) > 2 and is_unit(words[1]) else words[1:]
    return [Reading(" ".join(rest), count)]
