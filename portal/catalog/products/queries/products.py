"""Products with their variants, and their categories."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.catalog.products.queries.variants import COLUMNS, JOINS, VariantInfo, variant_info
from portal.catalog.sizes import in_order, size_order
from portal.foundation.errors import NotFound
from portal.foundation.paging import Page, decode_cursor, encode_cursor

PAGE_SIZE = 24


@dataclass(frozen=True, slots=True)
class Category:
    name: str
    products: int


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product in a list, with what it comes in."""

    code: str
    name: str
    description: str
    tintable: bool
    variants: int
    sizes: list[str]
    sheens: list[str]


@dataclass(frozen=True)
class ProductDetail:
    """A product with all its variants. ``available``: units of sale at the given store, by variant; empty without
    a store. ``part_numbers``: the company's own.
    """

    id: int
    code: str
    name: str
    category: str
    description: str
    data_sheet_url: str | None
    tintable: bool
    variants: list[VariantInfo]
    available: dict[int, int] = field(default_factory=dict)
    part_numbers: dict[int, str] = field(default_factory=dict)


_CATEGORIES = text("select category, count(*) from product where category <> '' group by 1 order by 1")
_LIST = text("""
select p.code, p.name, p.description, p.tintable, count(v.id) as variants,
       array_agg(distinct v.size) as sizes, array_agg(distinct v.sheen) as sheens
  from (select * from product
         where category = :category and (:after_code = '' or (name collate "C", code) > (:after_name, :after_code))
         order by name collate "C", code limit :limit) p
  join variant v on v.product_id = p.id
 group by p.id, p.code, p.name, p.description, p.tintable
 order by p.name collate "C", p.code
""")
_PRODUCT = text(f"""
select {COLUMNS}, p.name as product_name, p.category, p.description, p.data_sheet_url,
       k.free, own.part_number
  from variant v {JOINS}
  left join stock k on k.store_id = :store_id and k.variant_id = v.id
  left join lateral (select part_number from part_number pn
                      where pn.company_id = :company_id and pn.variant_id = v.id
                      order by pn.part_key limit 1) own on true
 where p.code = :code
 order by v.sku
""")


def categories(session: Session) -> list[Category]:
    """Categories by name with the number of their products. One statement."""
    return [Category(*row) for row in session.execute(_CATEGORIES)]


def products_in(
    session: Session, *, category: str, cursor: str | None = None, limit: int = PAGE_SIZE
) -> Page[ProductRow]:
    """Products of a category by name. One statement."""
    after = decode_cursor(cursor, str, str) or ("", "")
    asked = {"category": category, "after_name": after[0], "after_code": after[1], "limit": limit + 1}
    rows = session.execute(_LIST, asked).all()
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(
        [_row(row) for row in rows], next_cursor=encode_cursor(rows[-1].name, rows[-1].code) if more else None
    )


def _row(row: Any) -> ProductRow:
    sheens = sorted(each for each in row.sheens if each)
    return ProductRow(
        row.code, row.name, row.description, row.tintable, row.variants, in_order(row.sizes), sheens
    )


def product(session: Session, *, code: str, company_id: int, store_id: int | None) -> ProductDetail:
    """A product with its variants by sheen, base and size, and their stock at a store. One statement.

    :raises NotFound: if there is no such product, or it has no variants.
    """
    asked = {"code": code, "company_id": company_id, "store_id": store_id}
    rows = session.execute(_PRODUCT, asked).all()
    if not rows:
        raise NotFound
    found = sorted((variant_info(row) for row in rows), key=_shelf_order)
    first = rows[0]
    return ProductDetail(
        id=first.product_id,
        code=first.product_code,
        name=first.product_name,
        category=first.category,
        description=first.description,
        data_sheet_url=first.data_sheet_url,
        tintable=first.tintable,
        variants=found,
        available={} if store_id is None else {row.id: max(0, row.free or 0) for row in rows},
        part_numbers={row.id: row.part_number for row in rows if row.part_number},
    )


def _shelf_order(variant: VariantInfo) -> tuple[str, str, tuple[int, float, str], str]:
    return variant.sheen, variant.tint_base, size_order(variant.size), variant.sku
