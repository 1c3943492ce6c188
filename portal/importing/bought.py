"""Bringing "bought before" up to date after an import."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

BOUGHT = text("""
insert into bought as b (company_id, variant_id, colour_number, times, total_quantity,
                         last_quantity, last_order_id, last_ordered_at)
select company_id, variant_id, colour, count(*), sum(quantity),
       (array_agg(quantity order by placed_at desc, order_id desc))[1],
       (array_agg(order_id order by placed_at desc, order_id desc))[1], max(placed_at)
  from (select o.company_id, l.variant_id, coalesce(l.colour_number, '') as colour, o.id as order_id, o.placed_at,
               sum(l.quantity) as quantity
          from sales_order o join order_line l on l.order_id = o.id
         where l.quantity > 0 and l.variant_id is not null and o.kind = 'order' and o.status <> 'cancelled'
         group by o.company_id, l.variant_id, coalesce(l.colour_number, ''), o.id, o.placed_at) one
 group by company_id, variant_id, colour
on conflict (company_id, variant_id, colour_number) do update
   set times = excluded.times, total_quantity = excluded.total_quantity, last_quantity = excluded.last_quantity,
       last_order_id = excluded.last_order_id, last_ordered_at = excluded.last_ordered_at
 where (b.times, b.total_quantity, b.last_order_id) is distinct from
       (excluded.times, excluded.total_quantity, excluded.last_order_id)
""")


def refresh_bought(session: Session) -> None:
    """Bring "bought before" up to date with all orders; changes nothing when it is."""
    session.execute(BOUGHT)
