"""Placed orders: their totals, their drafts, windows and credit, and what is recorded with them."""

from __future__ import annotations

from portal.billing.chart_of_accounts import OF_CUSTOMER
from portal.foundation.check import Check, scale
from portal.foundation.sql import sql_list

# What a placement read and what staff ended at that moment may cross: within a minute either is right. A day is the
# seller's, and a moment's day in UTC may be the one beside it.
COUNTED = """
select from tax_exemption x
 where x.company_id = d.company_id and x.certificate_number = d.exemption->>'certificate_number'
   and x.region = d.exemption->>'region' and x.counts_from <= o.placed_at + interval '1 minute'
   and (x.ended_at is null or x.ended_at > o.placed_at - interval '1 minute')
   and o.placed_at::date between x.valid_from - 1 and x.valid_to + 1"""

CHECKS = (
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
        "A line costs unit price × quantity, rounded once, half up; its tax is its share of that, rounded likewise, or its "
        "part of the tax that is rounded once on the order.",
        f"""with o as materialized (select id, number, {scale("currency")} as scale from sales_order)
           select o.number || ' line ' || l.line_no, l.total_minor, l.unit_price, l.quantity
           from order_line l join o on o.id = l.order_id
           where l.total_minor <> round(l.unit_price * l.quantity * o.scale)
              or (l.tax_minor <> 0 or l.tax_share <> 0) and l.tax_minor <> round(l.total_minor * l.tax_share)
             and (abs(l.tax_minor - l.total_minor * l.tax_share) > 1
                  or (select sum(x.tax_minor) <> round(sum(x.total_minor) * x.tax_share) from order_line x
                       where x.order_id = l.order_id and x.tax_share = l.tax_share group by x.tax_share))""",
        16,
    ),
    Check(
        "one_order_per_draft",
        "A placed draft has exactly one order, and no other draft has any.",
        """select 'draft ' || d.id, d.state, count(o.id) from draft d left join sales_order o on o.draft_id = d.id
           group by d.id, d.state having (d.state = 'placed') <> (count(o.id) = 1) or count(o.id) > 1""",
        8,
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
        "credit_used",
        "A company's credit in use is what it ordered on account and what is not invoiced or given back of it, "
        "and its open invoices less credit memos and unapplied money in the ledger, in the credit's own currency.",
        f"""select k.code, c.used_minor, d.used from credit_account c full join (
             select company_id, sum(used) as used from (
               select company_id, total_minor - credit_released_minor as used from sales_order where on_account
               union all
               select e.company_id, e.amount_minor from ledger_entry e
                 join company o on o.id = e.company_id left join credit_account a on a.company_id = e.company_id
                where e.account in {sql_list(OF_CUSTOMER)} and e.currency = coalesce(a.currency, o.currency)) p
              group by company_id) d using (company_id)
           join company k on k.id = company_id
           where coalesce(c.used_minor, 0) <> coalesce(d.used, 0)""",
        6,
    ),
    Check(
        "orders_are_touchpoints",
        "Every order is in the touchpoint log once, and nothing else is.",
        """select coalesce(o.number, t.event_id::text), o.id, t.order_id from
             (select id, number, total_minor from sales_order) o full join
             (select event_id, order_id, value_minor from touchpoint where name = 'order_completed') t
             on t.order_id = o.id
           where o.id is null or t.order_id is null or o.total_minor <> t.value_minor
           union all
           select 'order ' || order_id, order_id, count(*) from touchpoint
            where name = 'order_completed' group by order_id having count(*) > 1""",
        10,
    ),
    Check(
        "orders_are_announced",
        "Every order placed in the portal has its confirmation mail.",
        """select o.number from sales_order o where o.source = 'portal' and not exists
             (select from outbound_mail m where m.key = 'order_confirmation:' || o.number)""",
        10,
    ),
    Check(
        "exempt_by_what_counted",
        "An order placed here, and its invoices, go without sales tax only by a certificate of the company that the "
        "seller had accepted, or counts unseen by a setting, and that had not ended.",
        f"""select d.number, d.exemption->>'certificate_number', o.placed_at
              from (select number, company_id, exemption, id as order_id from sales_order where jsonb_typeof(exemption) = 'object'
                    union all
                    select number, company_id, exemption, order_id from invoice where jsonb_typeof(exemption) = 'object') d
              join sales_order o on o.id = d.order_id
             where o.source = 'portal' and not exists ({COUNTED})""",
    ),
)
