"""The SQL of the product search: one statement that ranks everything a query may mean.

From the most to the least certain: the SKU, the company's own part number, a prefix of either, a part of the SKU, a
name with all the words; only if none of these matches, a name with similar words. Each branch reads its own index.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlalchemy import TextClause, text

from portal.catalog.products.queries.variants import COLUMNS, JOINS
from portal.catalog.search.parsed_query import ParsedQuery
from portal.foundation.paging import decode_cursor

FUZZY_TIER = 6
TIER = 1_000_000  # ranks within a tier stay below this


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for: a query, perhaps in one category, from a cursor on."""

    query: ParsedQuery
    category: str = ""
    cursor: str | None = None


# A word may be anywhere in a name; the wildcards of `like` are escaped in it.
_SHARP = """
select v.id, {sku_rank} as rank from variant v where v.sku_key like :prefix
union all
select pn.variant_id, case when pn.part_key = :key then {tier} else 3 * {tier} end
  from part_number pn where pn.company_id = :company_id and pn.part_key like :prefix
""".format(sku_rank=f"case when v.sku_key = :key then 0 else 2 * {TIER} end", tier=TIER)
_INSIDE = f"""
union all
select v.id, 4 * {TIER} from variant v where v.sku_key like :inside
"""
_NAMES = f"""
union all
select v.id, 5 * {TIER} + case when fold(v.name) like :start then 0 else 1000 end from variant v where {{all_words}}
"""
_GUESSES = f"""
union all
select s.variant_id, {FUZZY_TIER} * {TIER} + 1000 - cast(1000 * s.likeness as int)
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
select {columns}, p.category, k.free, own.part_number, page.rank
  from page join variant v on v.id = page.id {joins}
  left join stock k on k.store_id = :store_id and k.variant_id = v.id
  left join lateral (select part_number from part_number pn
                      where pn.company_id = :company_id and pn.variant_id = v.id
                      order by pn.part_key limit 1) own on true
 order by page.rank, page.name collate "C", page.id
"""


def statement(asked: Search) -> TextClause:
    """The statement that answers a query, with a branch for each thing that the query may mean."""
    query = asked.query
    return _statement(len(query.words), query.is_number_like, bool(asked.category))


def arguments(asked: Search) -> dict[str, object]:
    """The parameters of the statement that describe the query."""
    query = asked.query
    rank, name, id = decode_cursor(asked.cursor, int, str, int) or (None, "", 0)
    values: dict[str, object] = {
        "key": query.key,
        # An empty key matches no SKU; a bare % would match them all.
        "prefix": query.key + "%" if query.key else "",
        "after_rank": rank,
        "after_name": name,
        "after_id": id,
    }
    if query.is_number_like:
        values["inside"] = f"%{query.key}%"
    if asked.category:
        values["category"] = asked.category
    if query.words:
        values["words"] = list(query.words)
        values["start"] = _like(query.words[0]).lstrip() + "%"
    return values | {f"like{number}": f"%{_like(word)}%" for number, word in enumerate(query.words)}


@cache
def _statement(words: int, inside: bool, in_category: bool) -> TextClause:
    numbers = range(words)
    sharp, guesses = _SHARP, ""
    if inside:
        sharp += _INSIDE
    if words:
        sharp += _NAMES.format(all_words=" and ".join(f"fold(v.name) like :like{n}" for n in numbers))
        guesses = _GUESSES
    category = "join product c on c.id = v.product_id and c.category = :category" if in_category else ""
    return text(
        _FIND.format(sharp=sharp, guesses=guesses, in_category=category, columns=COLUMNS, joins=JOINS)
    )


def _like(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    # Match sizes as whole words: "5 gal" must not match "2.5 gal".
    return f" {escaped}" if " " in word else escaped
