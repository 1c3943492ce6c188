"""The lines of a new order, written in one statement however many there are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.orders.checkout.use_cases.order_rows import Values
from portal.orders.drafts.lines import Line
from portal.orders.status import line_state_when_placed

# What the company bought before is kept up to date by the same statement.
LINES = text("""
with w as (
  select * from unnest(
    cast(:variants as bigint[]), cast(:skus as text[]), cast(:names as text[]), cast(:units as text[]),
    cast(:colours as text[]), cast(:colour_names as text[]), cast(:colour_hexes as text[]), cast(:quantities as int[]),
    cast(:reserved as int[]), cast(:prices as numeric[]), cast(:totals as bigint[]), cast(:tax_shares as numeric[]),
    cast(:taxes as bigint[]), cast(:rules as text[]), cast(:states as text[])) with ordinality
    as w(variant_id, sku, name, unit, colour, colour_name, colour_hex, quantity, reserved, price, total,
         tax_share, tax, rule, state, n)
), l as (
  insert into order_line (
    order_id, line_no, company_id, variant_id, sku, name, unit, colour_number, colour_name, colour_hex, quantity,
    quantity_reserved, quantity_backordered, unit_price, total_minor, tax_share, tax_minor, price_rule, state)
  select :order_id, n, :company, variant_id, sku, name, unit, colour, colour_name, colour_hex, quantity, reserved,
         quantity - reserved, price, total, tax_share, tax, rule, state
    from w
)
insert into bought (
  company_id, variant_id, colour_number, times, total_quantity, last_quantity, last_order_id, last_ordered_at)
select :company, variant_id, coalesce(colour, ''), 1, quantity, quantity, :order_id, :now from w order by 2, 3
on conflict (company_id, variant_id, colour_number) do update
   set times = bought.times + 1, total_quantity = bought.total_quantity + excluded.total_quantity,
       last_quantity = excluded.last_quantity, last_order_id = excluded.last_order_id,
       last_ordered_at = excluded.last_ordered_at
""")


def write_lines(
    session: Session, order_id: int, company_id: int, lines: list[Line], shares: list[int], *, now: datetime
) -> None:
    """Insert the lines as sold, and record what the company bought.

    :param shares: what each line got of the stock.
    """
    values = {"order_id": order_id, "company": company_id, "now": now, "reserved": shares}
    states = [
        line_state_when_placed(share, line.quantity - share)
        for line, share in zip(lines, shares, strict=True)
    ]
    session.execute(LINES, {**values, "states": states, **_columns(lines)})


def _columns(lines: list[Line]) -> Values:
    return {
        "variants": [line.variant_id for line in lines],
        "skus": [line.sku for line in lines],
        "names": [line.name for line in lines],
        "units": [line.unit for line in lines],
        "colours": [line.colour_number for line in lines],
        "colour_names": [line.colour_name for line in lines],
        "colour_hexes": [line.colour_hex for line in lines],
        "quantities": [line.quantity for line in lines],
        "prices": [line.unit_price for line in lines],
        "totals": [line.total_minor for line in lines],
        "tax_shares": [line.tax_share for line in lines],
        "taxes": [line.tax_minor for line in lines],
        "rules": [line.price_words for line in lines],
    }
