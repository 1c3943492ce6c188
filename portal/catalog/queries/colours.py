"""Colours of the deck."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class ColourInfo:
    """A colour as it is shown: number, name and ``#RRGGBB``."""

    number: str
    name: str
    hex: str


_BY_NUMBER = text("select number, name, hex from colour where number = any(:numbers)")


def colours_by_number(session: Session, numbers: Iterable[str | None]) -> dict[str, ColourInfo]:
    """Colours by number as given (case does not matter); unknown ones are left out. One statement."""
    given = {each.strip() for each in numbers if each and each.strip()}
    if not given:
        return {}
    wanted = sorted(given | {each.upper() for each in given})
    found = {row.number: ColourInfo(*row) for row in session.execute(_BY_NUMBER, {"numbers": wanted})}
    pairs = ((each, found.get(each) or found.get(each.upper())) for each in given)
    return {each: colour for each, colour in pairs if colour is not None}
