"""Orders on their way: states, units, stock, pickup codes, and what was invoiced of them."""

from __future__ import annotations

from portal.foundation.check import Check
from portal.foundation.sql import sql_list
from portal.orders.status import CLOSED_STATES, ORDER_STATES, TRANSITIONS

CLOSED = sql_list(CLOSED_STATES)

STEPS = ", ".join(f"('{before}', '{after}')" for before, steps in TRANSITIONS.items() for after in steps)

CHECKS = (
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
        "What a store has set aside is what its open orders hold.",
        """select st.code || ' ' || v.sku, s.reserved, h.held, s.on_hand
           from stock s full join (
             select o.store_id, l.variant_id, sum(l.quantity_reserved) as held
               from order_line l join sales_order o on o.id = l.order_id
              where l.quantity_reserved > 0 group by o.store_id, l.variant_id) h
             on h.store_id = s.store_id and h.variant_id = s.variant_id
           left join store st on st.id = coalesce(s.store_id, h.store_id)
           left join variant v on v.id = coalesce(s.variant_id, h.variant_id)
           where coalesce(s.reserved, 0) <> coalesce(h.held, 0) or s.reserved < 0""",
        7,
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
    Check(
        "credit_given_back",
        "An order gives the credit that it took back once: all of it when it is closed, never more than it took.",
        f"""select number, status, total_minor, credit_released_minor from sales_order
            where on_account and (credit_released_minor not between 0 and total_minor
                                  or status in {CLOSED} and credit_released_minor <> total_minor)""",
        15,
    ),
    Check(
        "charged_as_ordered",
        "Invoices charge each line of an order at the price at which it was ordered, and as many units as the line says; "
        "credit memos give back as many as were returned.",
        # Half a million lines are compared order by order first; only orders that differ are looked at line by line.
        """with odd as (
             select coalesce(a.order_id, b.order_id) as order_id from (
               select order_id, count(*) as lines, bit_xor(hash_record_extended(
                        row(line_no, quantity_invoiced, unit_price, total_minor, tax_minor), 0)) as sum
                 from order_line where quantity_invoiced <> 0 group by order_id) a
             full join (
               select i.order_id, count(*) as lines, bit_xor(hash_record_extended(
                        row(x.order_line_no, x.quantity, x.unit_price, x.net_minor, x.tax_minor), 0)) as sum
                 from invoice_line x join invoice i on i.id = x.invoice_id
                where i.order_id is not null and x.order_line_no is not null and x.quantity <> 0
                group by i.order_id) b using (order_id)
             where (a.lines, a.sum) is distinct from (b.lines, b.sum)
             union select order_id from order_line where quantity_returned <> 0),
           charged as (
             select i.order_id, x.order_line_no as line_no,
                    coalesce(sum(x.quantity) filter (where i.issue_key like 'order:%'), 0) as units,
                    coalesce(-sum(x.quantity) filter (where i.issue_key not like 'order:%'), 0) as returned,
                    min(x.unit_price) as lowest, max(x.unit_price) as highest,
                    sum(x.net_minor) as net, sum(x.tax_minor) as tax
               from odd join invoice i on i.order_id = odd.order_id join invoice_line x on x.invoice_id = i.id
              where x.order_line_no is not null group by i.order_id, x.order_line_no)
           select o.number || ' line ' || coalesce(l.line_no, c.line_no), l.unit_price, c.lowest, c.highest,
                  l.quantity_invoiced, c.units, l.quantity_returned, c.returned
           from (select l.* from odd join order_line l on l.order_id = odd.order_id) l
           full join charged c on c.order_id = l.order_id and c.line_no = l.line_no
           left join sales_order o on o.id = coalesce(l.order_id, c.order_id)
           where l.order_id is null or l.quantity_invoiced <> coalesce(c.units, 0)
              or l.quantity_returned <> coalesce(c.returned, 0) or l.unit_price <> c.lowest or l.unit_price <> c.highest
              or l.quantity_invoiced = l.quantity and l.quantity_returned = 0
                 and (c.net, c.tax) <> (l.total_minor, l.tax_minor)""",
        17,
    ),
    Check(
        "orders_are_invoiced",
        "Nothing is invoiced before it was handed over, and what a collected or delivered order handed over is invoiced.",
        f"""select o.number || ' line ' || l.line_no, o.status, l.quantity_fulfilled, l.quantity_invoiced
            from order_line l join sales_order o on o.id = l.order_id
            where abs(l.quantity_invoiced) > abs(l.quantity_fulfilled) or l.quantity_returned > abs(l.quantity_invoiced)
               or o.status in {CLOSED} and l.quantity_invoiced <> l.quantity_fulfilled""",
        10,
    ),
)
