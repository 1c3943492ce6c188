"""Product search: one statement that ranks what a query may mean and adds stock at the store.

From the surest to the vaguest: the SKU, the company's own part number, the beginning of either, a part of
the SKU, a name with all the words; only when none of these finds anything, a name with similar words.
Each branch reads its own index.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from portal.catalog.products.queries.variants import COLUMNS, JOINS, VariantInfo, variant_info
from portal.catalog.search.words import Wording
from portal.foundation.paging import Page, decode_cursor, encode_cursor

PAGE_SIZE = 16  # four phone screens; rendering a row costs more than finding it
FUZZY_TIER = 6
_TIER = 1_000_000  # ranks within a tier stay below this


@dataclass(frozen=True, slots=True)
class Hit:
    """A variant that was found. ``available`` is None without a store; ``part_number`` is the company's own."""

    variant: VariantInfo
    category: str
    available: int | None
    part_number: str | None
    is_guess: bool


# A word of a name is looked for anywhere in it; `like` would read its own signs in what was typed.
_SHARP = """
select v.id, {sku_rank} as rank from variant v where v.sku_key like :prefix
union all
select pn.variant_id, case when pn.part_key = :key then {tier} else 3 * {tier} end
  from part_number pn where pn.company_id = :company_id and pn.part_key like :prefix
""".format(sku_rank=f"case when v.sku_key = :key then 0 else 2 * {_TIER} end", tier=_TIER)
_INSIDE = f"""
union all
select v.id, 4 * {_TIER} from variant v where v.sku_key like :inside
"""
_NAMES = f"""
union all
select v.id, 5 * {_TIER} + case when v.name ilike :start then 0 else 1000 end from variant v where {{all_words}}
"""
_GUESSES = f"""
union all
select s.variant_id, {FUZZY_TIER} * {_TIER} + 1000 - cast(1000 * s.likeness as int)
  from similar_variants(cast(:words as text[])) s where not exists (select from sharp)
"""
_FIND = """
with sharp as materialized ({sharp}),
guessed as materialized (select * from sharp {guesses}),
best as (
  select g.id, min(g.rank) + case when v.discontinued_on <= :today then 100000 else 0 end as rank, v.name
    from guessed g join variant v on v.id = g.id {in_category}
   group by g.id, v.name, v.discontinued_on
),
page as (
  select * from best
   where cast(:after_rank as bigint) is null
      or (rank, name collate "C", id) > (:after_rank, :after_name collate "C", :after_id)
   order by rank, name collate "C", id
   limit :limit
)
select {columns}, p.category, k.on_hand - k.reserved as free, own.part_number, page.rank
  from page join variant v on v.id = page.id {joins}
  left join stock k on k.store_id = :store_id and k.variant_id = v.id
  left join lateral (select part_number from part_number pn
                      where pn.company_id = :company_id and pn.variant_id = v.id
                      order by pn.part_key limit 1) own on true
 order by page.rank, page.name collate "C", page.id
"""


@cache
def _statement(words: int, inside: bool, in_category: bool) -> TextClause:
    numbers = range(words)
    sharp, guesses = _SHARP, ""
    if inside:
        sharp += _INSIDE
    if words:
        sharp += _NAMES.format(all_words=" and ".join(f"v.name ilike :like{n}" for n in numbers))
        guesses = _GUESSES
    category = "join product c on c.id = v.product_id and c.category = :category" if in_category else ""
    return text(
        _FIND.format(sharp=sharp, guesses=guesses, in_category=category, columns=COLUMNS, joins=JOINS)
    )


def search(
    session: Session,
    *,
    company_id: int,
    store_id: int | None,
    wording: Wording,
    today: date,
    category: str = "",
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page[Hit]:
    """Variants that a query means, the surest first, with stock at a store and the company's own part number.

    One statement, besides prices (:func:`portal.catalog.prices.queries`).
    """
    if wording.is_empty:
        return Page([])
    asked = {
        "company_id": company_id,
        "store_id": store_id,
        "today": today,
        "limit": limit + 1,
        **arguments(wording, category, cursor),
    }
    rows = session.execute(statement(wording, category), asked).all()
    more = len(rows) > limit
    rows = rows[:limit]
    last = rows[-1] if more else None
    return Page(
        [_hit(row, store_id) for row in rows],
        next_cursor=encode_cursor(last.rank, last.name, last.id) if last is not None else None,
    )


def statement(wording: Wording, category: str = "") -> TextClause:
    """The statement that answers a query: it has a branch for each thing that the query may mean."""
    return _statement(len(wording.words), wording.is_number_like, bool(category))


def arguments(wording: Wording, category: str, cursor: str | None) -> dict[str, Any]:
    """What the statement is told about the query."""
    after = decode_cursor(cursor, int, str, int) or (None, "", 0)
    asked: dict[str, Any] = {
        "key": wording.key,
        # An empty key is found in no SKU; a bare % would find them all.
        "prefix": wording.key + "%" if wording.key else "",
        "after_rank": after[0],
        "after_name": after[1],
        "after_id": after[2],
    }
    if wording.is_number_like:
        asked["inside"] = f"%{wording.key}%"
    if category:
        asked["category"] = category
    if wording.words:
        asked["words"] = list(wording.words)
        asked["start"] = _like(wording.words[0]).lstrip() + "%"
    for number, word in enumerate(wording.words):
        asked[f"like{number}"] = f"%{_like(word)}%"
    return asked


def _hit(row: Any, store_id: int | None) -> Hit:
    free = None if store_id is None else max(0, row.free or 0)
    return Hit(variant_info(row), row.category, free, row.part_number, row.rank >= FUZZY_TIER * _TIER)


def _like(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    # A size is a word of its own: 5 gal is no 2.5 gal.
    return f" {escaped}" if " " in word else escaped


_NEAREST = text("""
select name from (select distinct on (name) name, greatest(word_similarity(:text, name), similarity(:text, name)) as near
                    from product) p
 where near > 0.2 order by near desc, name limit :limit
""")


def closest_names(session: Session, *, wording: Wording, limit: int = 4) -> list[str]:
    """Names of products that look most like a query which found nothing. One statement."""
    if wording.is_empty:
        return []
    return list(session.execute(_NEAREST, {"text": wording.text, "limit": limit}).scalars())
