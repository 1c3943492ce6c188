"""What a company bought before: a list kept up to date at placement, so that it costs the same after a
hundred thousand orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.catalog.prices.queries import prices
from portal.catalog.sku import sku_key
from portal.foundation.paging import Page, decode_cursor, encode_cursor
from portal.foundation.wording import fold_like
from portal.orders.quantities import round_up
from portal.stores.stock.queries import available

PAGE = 30


@dataclass(slots=True)
class BoughtRow:
    """A variant in a color: when it was bought last, what it costs today, and the store's stock."""

    variant_id: int
    colour_number: str  # '' where not tinted
    last_ordered_at: datetime
    last_quantity: int
    times: int
    order_number: str | None
    sku: str
    name: str
    unit: str
    pack_size: int
    discontinued_on: date | None
    replacement_sku: str | None
    colour_name: str | None
    colour_hex: str | None
    unit_price: Decimal | None = None
    available: int | None = None

    @property
    def key(self) -> str:
        """How forms name it."""
        return f"{self.variant_id}:{self.colour_number}"

    @property
    def suggested_quantity(self) -> int:
        """As many as last time, in whole packs."""
        return round_up(self.last_quantity, self.pack_size)

    def is_discontinued(self, today: date) -> bool:
        return self.discontinued_on is not None and self.discontinued_on <= today


_LIST = """
select b.variant_id, b.colour_number, b.last_ordered_at, b.last_quantity, b.times, o.number,
       v.sku, v.name, v.unit, v.pack_size, v.discontinued_on, r.sku as replacement_sku, c.name, c.hex
  from bought b
  join variant v on v.id = b.variant_id
  left join variant r on r.id = v.replacement_id
  left join sales_order o on o.id = b.last_order_id
  left join colour c on c.number = b.colour_number
 where b.company_id = :company {where}
 order by b.last_ordered_at desc, b.variant_id desc, b.colour_number desc
 limit :limit
"""
_AFTER = "and (b.last_ordered_at, b.variant_id, b.colour_number) < (:at, :variant, :colour)"
_MATCH = "and (fold(v.name) like :words or v.sku_key like :sku or fold(c.name) like :words or fold(b.colour_number) like :words)"


def bought_before(
    session: Session,
    *,
    company_id: int,
    today: date,
    store_id: int | None,
    words: str = "",
    after: str | None = None,
) -> Page[BoughtRow]:
    """A page of what the company bought, last bought first, with today's price for as many as last time and
    the store's stock. Three statements.
    """
    rows = _rows(session, company_id, words, decode_cursor(after, datetime, int, str))
    shown, more = rows[:PAGE], len(rows) > PAGE
    _add_prices(session, shown, company_id, today)
    if store_id is not None:
        stock = available(session, store_id=store_id, variant_ids=(row.variant_id for row in shown))
        for row in shown:
            row.available = stock.get(row.variant_id, 0)
    last = shown[-1] if more else None
    next_cursor = encode_cursor(last.last_ordered_at, last.variant_id, last.colour_number) if last else None
    return Page(shown, next_cursor=next_cursor)


def _rows(session: Session, company_id: int, words: str, cursor: tuple[Any, ...] | None) -> list[BoughtRow]:
    """One row more than a page, if there is one."""
    asked: dict[str, object] = {"company": company_id, "limit": PAGE + 1}
    where = []
    if cursor is not None:
        where.append(_AFTER)
        asked |= {"at": cursor[0], "variant": cursor[1], "colour": cursor[2]}
    if words:
        where.append(_MATCH)
        asked |= {"words": fold_like(words), "sku": f"{sku_key(words)}%" if sku_key(words) else ""}
    return [BoughtRow(*row) for row in session.execute(text(_LIST.format(where=" ".join(where))), asked)]


def _add_prices(session: Session, rows: list[BoughtRow], company_id: int, today: date) -> None:
    wants = [(row.variant_id, row.suggested_quantity) for row in rows]
    found = prices(session, company_id=company_id, wants=wants, on=today)
    for row in rows:
        price = found.get((row.variant_id, row.suggested_quantity))
        row.unit_price = price.unit_price if price else None
