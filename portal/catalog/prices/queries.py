"""Prices of a company: rows from the database, decided by :mod:`portal.catalog.prices.rules`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.catalog.prices.rules import Price, PriceRow, price

# A list in a currency other than the company's gives no price: an order never mixes currencies.
_ROWS = """
select cp.variant_id, 'contract' as source, cp.contract as code, cp.min_quantity, cp.unit_price, c.currency,
       cp.valid_from, cp.valid_to
  from contract_price cp join company c on c.id = cp.company_id
 where cp.company_id = :company_id and cp.variant_id = any(:ids) {on_day}
union all
select lp.variant_id, 'list', pl.code, lp.min_quantity, lp.unit_price, pl.currency, lp.valid_from, lp.valid_to
  from company c
  join price_list pl on pl.id = c.price_list_id and pl.currency = c.currency
  join list_price lp on lp.price_list_id = pl.id and lp.variant_id = any(:ids) {on_day}
 where c.id = :company_id
"""
_ON_DAY = "and valid_from <= :day and (valid_to is null or valid_to >= :day)"
_VALID = text(_ROWS.format(on_day=_ON_DAY))
_EVER = text(_ROWS.format(on_day=""))


def price_rows(
    session: Session, *, company_id: int, variant_ids: Iterable[int], on: date | None
) -> dict[int, list[PriceRow]]:
    """Rows of the company's contracts and of its price list, by variant: those valid on a day, or with
    ``on=None`` past and future ones too. One statement.
    """
    ids = sorted(set(variant_ids))
    rows: dict[int, list[PriceRow]] = defaultdict(list)
    if not ids:
        return rows
    wanted = {"company_id": company_id, "ids": ids}
    result = session.execute(_EVER, wanted) if on is None else session.execute(_VALID, {**wanted, "day": on})
    for variant_id, *values in result:
        rows[variant_id].append(PriceRow(*values))
    return rows


def orderable(session: Session, *, company_id: int, variant_ids: Iterable[int], on: date) -> set[int]:
    """Variants that have a price on a day, if only from some quantity on: whether enough of it is ordered is known when
    the whole order is. One statement."""
    rows = price_rows(session, company_id=company_id, variant_ids=variant_ids, on=on)
    return {variant_id for variant_id, found in rows.items() if found}


def prices(
    session: Session, *, company_id: int, wants: Iterable[tuple[int, int]], on: date
) -> dict[tuple[int, int], Price]:
    """Unit prices for (variant id, quantity) pairs on a day of the seller's calendar.

    A missing key means that there is no price, so it cannot be ordered. One statement for any number of pairs.
    """
    pairs = set(wants)
    rows = price_rows(session, company_id=company_id, variant_ids=(each for each, _ in pairs), on=on)
    found = {pair: price(rows.get(pair[0], ()), quantity=pair[1], on=on) for pair in pairs}
    return {pair: unit for pair, unit in found.items() if unit is not None}
