"""Orders whose goods are set aside, but are not there by the store's newest count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import Connection

from portal.foundation.sql import sql_list
from portal.orders.status import OPEN_STATES

# What is at the counter already is there; then whose promise is first. A count below zero is as good as none.
LINES_SHORT = f"""
select order_id, variant_id, sku, on_hand, reserved, held - greatest(0, least(held, there - before)) as missing
  from (select l.order_id, l.variant_id, l.sku, s.on_hand, s.reserved, l.quantity_reserved as held,
               greatest(0, s.on_hand) as there,
               sum(l.quantity_reserved) over (
                 partition by s.store_id, s.variant_id
                 order by l.quantity_ready = 0, o.promised_at nulls last, o.id, l.line_no) - l.quantity_reserved as before
          from sales_order o
          join order_line l on l.order_id = o.id and l.quantity_reserved > 0
          join stock s on s.store_id = o.store_id and s.variant_id = l.variant_id and s.reserved > s.on_hand
         where o.kind = 'order' and o.status in {sql_list(OPEN_STATES)}{{at_store}}) held
 where held > there - before
"""
_EVERYWHERE = f"""
select st.code, o.number, u.missing, u.sku, u.on_hand, u.reserved
  from ({LINES_SHORT.format(at_store="")}) u
  join sales_order o on o.id = u.order_id join store st on st.id = o.store_id
 order by st.code, o.promised_at nulls last, o.number, u.sku
"""


def unfilled_orders(connection: Connection[Any]) -> Iterator[str]:
    """Every line that no store can fill, in words: ``CHI-01 CP-100012: 2 of INT-300 missing (1 on hand, 3 set aside)``.
    One statement."""
    for store, number, missing, sku, on_hand, reserved in connection.execute(_EVERYWHERE):
        yield f"{store} {number}: {missing:,} of {sku} missing ({on_hand:,} on hand, {reserved:,} set aside)"
