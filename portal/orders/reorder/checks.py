"""What a company bought before."""

from __future__ import annotations

from portal.foundation.check import Check

CHECKS = (
    Check(
        "bought_before",
        "What a company bought before is what stands in its orders.",
        """select k.code || ' ' || v.sku || ' ' || colour_number, b.times, n.times, b.total_quantity, n.units
           from bought b full join (
             select o.company_id, l.variant_id, coalesce(l.colour_number, '') as colour_number,
                    count(distinct o.id) as times, sum(l.quantity) as units
               from sales_order o join order_line l on l.order_id = o.id
              where o.kind = 'order' and l.quantity > 0 and l.variant_id is not null
              group by 1, 2, 3) n using (company_id, variant_id, colour_number)
           join company k on k.id = company_id join variant v on v.id = variant_id
           where (b.times, b.total_quantity) is distinct from (n.times, n.units)""",
    ),
)
