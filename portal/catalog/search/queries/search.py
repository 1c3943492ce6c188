"""Product search: variants that a query means, with stock at the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.catalog.products.queries.variants import VariantInfo, variant_info
from portal.catalog.search.parsed_query import ParsedQuery
from portal.catalog.search.queries.statement import FUZZY_TIER, TIER, Search, arguments, statement
from portal.foundation.paging import Page, encode_cursor
from portal.foundation.wording import fold

PAGE_SIZE = 16  # four phone screens; rendering a row costs more than finding it


@dataclass(frozen=True, slots=True)
class Hit:
    """A variant that was found. ``available`` is None without a store; ``part_number`` is the company's own."""

    variant: VariantInfo
    category: str
    available: int | None
    part_number: str | None
    is_guess: bool


_NEAREST = text("""
select name from (select distinct on (name) name,
                         greatest(word_similarity(:text, fold(name)), similarity(:text, fold(name))) as near
                    from product) p
 where near > 0.2 order by near desc, name limit :limit
""")


def search(
    session: Session,
    asked: Search,
    *,
    company_id: int,
    store_id: int | None,
    today: date,
    limit: int = PAGE_SIZE,
) -> Page[Hit]:
    """Variants that a query means, best match first, with stock at a store and the company's own part number.

    One statement; prices take another (:mod:`portal.catalog.prices.queries`).
    """
    if asked.query.is_empty:
        return Page([])
    values = {"company_id": company_id, "store_id": store_id, "today": today, "limit": limit + 1}
    rows = session.execute(statement(asked), {**values, **arguments(asked)}).all()
    more = len(rows) > limit
    rows = rows[:limit]
    last = rows[-1] if more else None
    return Page(
        [_hit(row, store_id) for row in rows],
        next_cursor=encode_cursor(last.rank, last.name, last.id) if last is not None else None,
    )


def closest_names(session: Session, query: ParsedQuery, *, limit: int = 4) -> list[str]:
    """Names of products most similar to a query that found nothing. One statement."""
    if query.is_empty:
        return []
    return list(session.execute(_NEAREST, {"text": fold(query.text), "limit": limit}).scalars())


def _hit(row: Any, store_id: int | None) -> Hit:
    free = None if store_id is None else max(0, row.free or 0)
    return Hit(variant_info(row), row.category, free, row.part_number, row.rank >= FUZZY_TIER * TIER)
