"""The first line of a file: which of its names is which column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

_BETWEEN = re.compile(r"[\s_./-]+")
# Names that spreadsheets and other systems give; taken where the file has no column of that very name.
ALIASES: Mapping[str, str] = {
    "color": "colour",
    "color_name": "colour_name",
    "color_number": "colour_number",
    "e_mail": "email",
    "email_address": "email",
    "item_number": "sku",
    "part_no": "part_number",
    "postal_code": "postcode",
    "price": "unit_price",
    "qty": "quantity",
    "zip": "postcode",
    "zip_code": "postcode",
}
MOST_SHOWN, LONGEST_SHOWN = 10, 40


@dataclass(frozen=True)
class Header:
    """Where each known column stands, and what else there is.

    :ivar positions: by column; those that the file does not have are left out.
    :ivar unknown: names that are no column, as they stand there; fields below them are not read.
    :ivar repeated: columns that stand there more than once.
    :ivar width: fields that a row needs to have; nameless columns at the end may be missing.
    """

    positions: dict[str, int]
    unknown: list[str]
    repeated: list[str]
    width: int


def fold(name: str) -> str:
    """A column's name without case, marks that nobody sees, and what stands between its words."""
    seen = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
    return _BETWEEN.sub("_", seen.strip().casefold()).strip("_")


def read_header(names: Sequence[str], columns: Collection[str]) -> Header:
    """Which of the names is which column: by its own name, else by one that means the same."""
    folded = [fold(name) for name in names]
    known = {fold(column): column for column in columns}
    meant = [_column(name, folded, known) for name in folded]
    positions: dict[str, int] = {}
    repeated = []
    for at, column in enumerate(meant):
        if column and positions.setdefault(column, at) != at:
            repeated.append(column)
    unknown = [name.strip() for name, column in zip(names, meant, strict=True) if not column and name.strip()]
    width = max((at + 1 for at, name in enumerate(names) if name.strip()), default=0)
    return Header(positions, unknown, sorted(set(repeated)), width)


def _column(name: str, folded: Collection[str], known: Mapping[str, str]) -> str | None:
    alias = ALIASES.get(name, "")
    return known.get(name) or (known.get(alias) if alias not in folded else None)


def column_names(names: Iterable[str]) -> str:
    """Names in a sentence, as many as one reads."""
    return ", ".join(repr(name[:LONGEST_SHOWN])[1:-1] for name in list(names)[:MOST_SHOWN])


def not_read(header: Header, columns: Collection[str]) -> list[str]:
    """A phrase for each column that is left out: ``brand``, ``pric_list (price_list?)``."""
    free = [column for column in columns if column not in header.positions]
    near = {name: get_close_matches(fold(name), free, 1, 0.8) for name in header.unknown}
    return [
        f"{column_names([name])} ({near[name][0]}?)" if near[name] else column_names([name]) for name in near
    ]
