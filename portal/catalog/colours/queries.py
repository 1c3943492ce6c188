"""Colours of the deck: by number, by search, by family."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.catalog.sku import sku_key
from portal.foundation.wording import fold, fold_like


@dataclass(frozen=True, slots=True)
class ColourInfo:
    """A colour with its number, name and ``#RRGGBB``."""

    number: str
    name: str
    hex: str


@dataclass(frozen=True, slots=True)
class ColourFamily:
    """A family of the deck with one representative colour."""

    name: str
    colours: int
    hex: str


_BY_NUMBER = text("select number, name, hex from colour where number = any(:numbers)")
_NAMED = text(
    "select number, name, hex from colour where number = any(:numbers) or fold(name) = any(:names) order by number"
)
_FAMILIES = text("""
select family, count(*), (array_agg(hex order by number))[1 + count(*) / 2]
  from colour where family <> '' group by family order by min(number)
""")
_IN_FAMILY = text("select number, name, hex from colour where family = :family order by number limit :limit")
# By number first (dashes and case are ignored), then by name, then by similar names.
_SEARCH = text("""
select number, name, hex
  from (select number, name, hex,
               case when key = :key then 0 when :key <> '' and key like :key || '%' then 1
                    when :key ~ '[0-9]' and key like '%' || :key || '%' then 2
                    when fold(name) like :start then 3 when fold(name) like :inside then 4
                    when :text <% fold(name) then 5 end as rank
          from (select *, upper(regexp_replace(number, '[^A-Za-z0-9]', '', 'g')) as key from colour) c) ranked
 where rank is not null
 order by rank, case when rank = 5 then -word_similarity(:text, fold(name)) end, number
 limit :limit
""")


def colours_by_number(session: Session, numbers: Iterable[str | None]) -> dict[str, ColourInfo]:
    """Colours by number as given (case is ignored); unknown ones are left out. One statement."""
    given = {each.strip() for each in numbers if each and each.strip()}
    if not given:
        return {}
    wanted = sorted(given | {each.upper() for each in given})
    found = {row.number: ColourInfo(*row) for row in session.execute(_BY_NUMBER, {"numbers": wanted})}
    pairs = ((each, found.get(each) or found.get(each.upper())) for each in given)
    return {each: colour for each, colour in pairs if colour is not None}


def colours_named(session: Session, words: Iterable[str]) -> dict[str, ColourInfo]:
    """Colours by number or by full name (case and accents are ignored); unknown words and ambiguous names are left out. One
    statement."""
    given = {each for each in words if each}
    if not given:
        return {}
    asked = {
        "numbers": sorted(given | {each.upper() for each in given}),
        "names": sorted({fold(each) for each in given}),
    }
    rows = [ColourInfo(*row) for row in session.execute(_NAMED, asked)]
    found = {}
    for each in given:
        by_number = [row for row in rows if row.number in {each, each.upper()}]
        candidates = by_number or [row for row in rows if fold(row.name) == fold(each)]
        if len(candidates) == 1:
            found[each] = candidates[0]
    return found


def search_colours(session: Session, *, words: str, limit: int = 36) -> list[ColourInfo]:
    """Colours by number or name, tolerating typos. One statement; a deck has a few thousand rows at most."""
    words = " ".join(words.split())[:60]
    if not any(letter.isalnum() for letter in words):
        return []
    inside = fold_like(words)
    asked = {
        "key": sku_key(words),
        "start": inside[1:],
        "inside": inside,
        "text": fold(words),
        "limit": limit,
    }
    return [ColourInfo(*row) for row in session.execute(_SEARCH, asked)]


def colours_in(session: Session, *, family: str, limit: int = 240) -> list[ColourInfo]:
    """Colours of one family, in the deck's order. One statement."""
    return [ColourInfo(*row) for row in session.execute(_IN_FAMILY, {"family": family, "limit": limit})]


def colour_families(session: Session) -> list[ColourFamily]:
    """Families in the deck's order, each with a colour from its middle. One statement."""
    return [ColourFamily(*row) for row in session.execute(_FAMILIES)]
