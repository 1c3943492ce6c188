"""Variants by id, and by the SKU or part number that people write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.catalog.sku import sku_key


@dataclass(frozen=True, slots=True)
class VariantInfo:
    """A variant as lines and lists show it. ``pack_size``: sold in multiples of it."""

    id: int
    sku: str
    name: str
    size: str
    sheen: str
    tint_base: str
    unit: str
    pack_size: int
    tintable: bool
    discontinued_on: date | None
    replacement_id: int | None
    replacement_sku: str | None
    product_code: str
    product_id: int

    def is_discontinued(self, on: date) -> bool:
        """True from the day it is no longer sold."""
        return self.discontinued_on is not None and self.discontinued_on <= on

    @property
    def details(self) -> list[str]:
        """Sheen, base and size, as far as it has them."""
        return [part for part in (self.sheen, self.tint_base, self.size) if part]


# Shared by all queries that return VariantInfo; aliases v (variant), p (product), r (replacement).
COLUMNS = """
v.id, v.sku, v.name, v.size, v.sheen, v.tint_base, v.unit, v.pack_size, p.tintable, v.discontinued_on,
v.replacement_id, r.sku as replacement_sku, p.code as product_code, p.id as product_id
"""
JOINS = "join product p on p.id = v.product_id left join variant r on r.id = v.replacement_id"
_FIELDS = tuple(VariantInfo.__dataclass_fields__)

_BY_ID = text(f"select {COLUMNS} from variant v {JOINS} where v.id = any(:ids)")


def variant_info(row: Any) -> VariantInfo:
    """A row that begins with :data:`COLUMNS`."""
    return VariantInfo(*row[: len(_FIELDS)])


def variants(session: Session, ids: Iterable[int]) -> dict[int, VariantInfo]:
    """Variants by id; unknown ids are left out. One statement."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {row[0]: variant_info(row) for row in session.execute(_BY_ID, {"ids": wanted})}


# The exact SKU first, then the company's own number, then the SKU regardless of dashes and case. Among SKUs that
# differ only in these, one that is still sold comes first.
_RESOLVE = text("""
select distinct on (w.given) w.given, found.variant_id
  from unnest(cast(:given as text[]), cast(:keys as text[])) as w(given, key)
  join lateral (
       select v.id as variant_id, case when v.sku = w.given then 0 else 2 end as rank, v.discontinued_on, v.sku
         from variant v where v.sku_key = w.key and w.key <> ''
       union all
       select v.id, 0, v.discontinued_on, v.sku from variant v where v.sku = w.given
       union all
       select pn.variant_id, 1, null, '' from part_number pn
        where pn.company_id = :company_id and pn.part_key = w.key and w.key <> ''
       ) found on true
 order by w.given, found.rank, found.discontinued_on desc nulls first, found.sku
""")


def resolve(session: Session, *, company_id: int, texts: Iterable[str]) -> dict[str, int]:
    """Variant ids for what people wrote: a SKU (dashes, spaces and case are ignored) or the company's own
    part number. Keys are the texts as given; unknown ones are left out. One statement.
    """
    given = sorted({each for each in texts if each.strip()})
    if not given:
        return {}
    stripped = {each.strip(): each for each in given}
    rows = session.execute(
        _RESOLVE,
        {"given": list(stripped), "keys": [sku_key(each) for each in stripped], "company_id": company_id},
    )
    found: dict[str, int] = {row.given: row.variant_id for row in rows}
    return {each: found[each.strip()] for each in given if each.strip() in found}
