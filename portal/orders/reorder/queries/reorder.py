"""What is needed to reorder: the lines of an order, and the variant that is sold today in place of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from portal.orders.reorder.rules import CurrentVariant, OrderedLine

ORDERED = text("""
select o.id, o.number, o.currency, o.placed_at, o.placed_by_name, o.po_number, o.job_id,
       l.line_no, l.variant_id, l.sku, l.name, l.quantity, l.unit_price, l.colour_number, c.number as colour_known,
       coalesce(l.colour_name, c.name) as colour_name, coalesce(l.colour_hex, c.hex) as colour_hex, l.unit
  from sales_order o
  left join order_line l on l.order_id = o.id and l.quantity > 0
  left join colour c on c.number = l.colour_number
 where o.number = :number and o.company_id = :company
 order by l.line_no
""")
# A discontinued variant is followed to its replacement, and on, while that is discontinued too.
CURRENT = text("""
with recursive chain as (
  select v.id as asked, v.id, 0 as hop from variant v where v.id = any(:ids)
  union all
  select c.asked, v.replacement_id, c.hop + 1
    from chain c join variant v on v.id = c.id
   where v.discontinued_on <= :today and v.replacement_id is not null and c.hop < 5
)
select distinct on (c.asked) c.asked, v.id, v.sku, v.name, v.pack_size, p.tintable,
       coalesce(v.discontinued_on <= :today, false)
  from chain c join variant v on v.id = c.id join product p on p.id = v.product_id
 order by c.asked, c.hop desc
""")


@dataclass(frozen=True, slots=True)
class OrderedBefore:
    """An order whose lines may be ordered again."""

    id: int
    number: str
    currency: str
    placed_at: datetime
    placed_by_name: str
    po_number: str
    job_id: int | None
    lines: list[OrderedLine]


def ordered_before(session: Session, actor: Actor, number: str) -> OrderedBefore:
    """An order of the actor's company with its lines. One statement.

    :raises NotFound: if the company has no such order.
    """
    rows = session.execute(ORDERED, {"number": number, "company": actor.customer_id}).all()
    if not rows:
        raise NotFound
    head = rows[0]
    return OrderedBefore(
        id=head.id,
        number=head.number,
        currency=head.currency,
        placed_at=head.placed_at,
        placed_by_name=head.placed_by_name,
        po_number=head.po_number,
        job_id=head.job_id,
        lines=[_line(row) for row in rows if row.line_no is not None],
    )


def _line(row: Row[Any]) -> OrderedLine:
    return OrderedLine(
        line_no=row.line_no,
        variant_id=row.variant_id,
        sku=row.sku,
        name=row.name,
        quantity=row.quantity,
        unit_price=Decimal(row.unit_price),
        unit=row.unit,
        colour_number=row.colour_known,
        colour_name=row.colour_name,
        colour_hex=row.colour_hex,
        colour_was=row.colour_number,
    )


def current_variants(
    session: Session, variant_ids: Iterable[int | None], today: date
) -> dict[int, CurrentVariant]:
    """The variant that is sold today in place of each: itself, or the last of its replacements. One statement."""
    ids = sorted({each for each in variant_ids if each is not None})
    if not ids:
        return {}
    rows = session.execute(CURRENT, {"ids": ids, "today": today})
    return {row[0]: CurrentVariant(*row[1:]) for row in rows}
