"""Orders, their lines, stock, windows and codes."""

from __future__ import annotations

from portal.foundation.sql import sql_list
from portal.orders.status import CLOSED_STATES, ORDER_STATES, TRANSITIONS
from portal.verifying.check import Check, scale

CLOSED = sql_list(CLOSED_STATES)
STEPS = ", ".join(f"('{before}', '{after}')" for before, steps in TRANSITIONS.items() for after in steps)

ORDER_CHECKS = (
    Check(
        "order_total",
        "An order's total is the sum of its lines and their tax, and it has as many lines as it says.",
        """select o.number, o.total_minor, l.total, o.tax_minor, l.tax, o.line_count, l.lines from sales_order o
           left join (select order_id, sum(total_minor + tax_minor) as total, sum(tax_minor) as tax, count(*) as lines
                        from order_line group by order_id) l on l.order_id = o.id
           where (o.total_minor, o.tax_minor, o.line_count) is distinct from (l.total, l.tax, l.lines)""",
        16,
    ),
    Check(
        "line_total",
        "A line costs unit price × quantity, rounded once, half up; its tax is its share of that, rounded likewise.",
        f"""with o as materialized (select id, number, {scale("currency")} as scale from sales_order)
           select o.number || ' line ' || l.line_no, l.total_minor, l.unit_price, l.quantity
           from order_line l join o on o.id = l.order_id
           where l.total_minor <> round(l.unit_price * l.quantity * o.scale)
              or (l.tax_minor <> 0 or l.tax_share <> 0) and l.tax_minor <> round(l.total_minor * l.tax_share)""",
        16,
    ),
    Check(
        "line_quantities",
        "The units of a line are reserved, fulfilled, backordered or cancelled, each exactly once.",
        """select o.number || ' line ' || l.line_no, l.quantity, l.quantity_reserved, l.quantity_fulfilled,
                  l.quantity_backordered, l.quantity_cancelled
           from order_line l join sales_order o on o.id = l.order_id
           where l.quantity <> l.quantity_reserved + l.quantity_fulfilled + l.quantity_backordered
                               + l.quantity_cancelled
              or l.quantity_ready > l.quantity_reserved
              or (o.source <> 'import' and least(l.quantity_reserved, l.quantity_ready, l.quantity_fulfilled,
                                                 l.quantity_backordered, l.quantity_cancelled) < 0)""",
        15,
    ),
    Check(
        "closed_orders_hold_nothing",
        "A collected, delivered or cancelled order reserves no stock.",
        f"""select o.number || ' line ' || l.line_no, l.quantity_reserved
           from order_line l join sales_order o on o.id = l.order_id
           where o.status in {CLOSED} and l.quantity_reserved <> 0""",
        15,
    ),
    Check(
        "stock_reserved",
        "What a store has set aside is what its open orders hold, and never more than it has.",
        """select st.code || ' ' || v.sku, s.reserved, h.held, s.on_hand
           from stock s full join (
             select o.store_id, l.variant_id, sum(l.quantity_reserved) as held
               from order_line l join sales_order o on o.id = l.order_id
              where l.quantity_reserved > 0 group by o.store_id, l.variant_id) h
             on h.store_id = s.store_id and h.variant_id = s.variant_id
           left join store st on st.id = coalesce(s.store_id, h.store_id)
           left join variant v on v.id = coalesce(s.variant_id, h.variant_id)
           where coalesce(s.reserved, 0) <> coalesce(h.held, 0) or s.reserved > s.on_hand or s.reserved < 0""",
        7,
    ),
    Check(
        "one_order_per_draft",
        "A placed draft has exactly one order, and no other draft has any.",
        """select 'draft ' || d.id, d.state, count(o.id) from draft d left join sales_order o on o.draft_id = d.id
           group by d.id, d.state having (d.state = 'placed') <> (count(o.id) = 1) or count(o.id) > 1""",
        8,
    ),
    Check(
        "pickup_windows",
        "A window's bookings are the orders that have it, and never more than fit.",
        """select s.code || ' ' || coalesce(p.starts_at, o.window_start), p.booked, o.orders, p.capacity
           from pickup_slot p full join (
             select store_id, window_start, count(*) as orders from sales_order
              where window_start is not null and fulfilment = 'pickup' and status <> 'cancelled'
              group by store_id, window_start) o on o.store_id = p.store_id and o.window_start = p.starts_at
           left join store s on s.id = coalesce(p.store_id, o.store_id)
           where coalesce(p.booked, 0) <> coalesce(o.orders, 0) or p.booked > p.capacity""",
    ),
    Check(
        "order_steps",
        "Orders moved only as the table of states allows.",
        f"""select o.number, e.from_state, e.to_state from order_event e join sales_order o on o.id = e.order_id
           where e.line_no is null and e.from_state is not null and e.to_state is not null
             and (e.from_state, e.to_state) not in (values {STEPS})""",
        14,
    ),
    Check(
        "closed_orders_have_closed_lines",
        "An order is collected, delivered or cancelled exactly when all its lines are.",
        f"""select o.number, o.status, l.first, l.last from sales_order o join (
              select order_id, bool_and(state in {CLOSED}) as closed, min(state) as first, max(state) as last
                from order_line group by order_id) l on l.order_id = o.id
            where (o.status in {CLOSED}) <> l.closed""",
        14,
    ),
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
    Check(
        "placed_once",
        "Every order placed in the portal carries the token of its form and what was agreed to: another order under "
        "the same token, or another body, is refused by them.",
        """select number, placement_token from sales_order
           where source = 'portal' and (placement_token is null or placement_fingerprint is null)
           union all
           select min(number), placement_token from sales_order where placement_token is not null
            group by placement_token having count(*) > 1""",
        9,
    ),
    Check(
        "known_states",
        "No order is in a state that the table does not know.",
        f"""select number, status from sales_order where status not in {sql_list(ORDER_STATES)}""",
        14,
    ),
    Check(
        "pickup_codes",
        "A pickup code opens one order at its store, and an order is collected once.",
        f"""select string_agg(number, ', ' order by number), store_id, count(*) from sales_order
            where pickup_code is not null and fulfilment = 'pickup' and status not in {CLOSED}
            group by store_id, pickup_code having count(*) > 1
           union all
           select o.number, o.store_id, count(*) from order_event e join sales_order o on o.id = e.order_id
            where e.line_no is null and e.to_state = 'collected' group by o.id having count(*) > 1""",
        19,
    ),
)
