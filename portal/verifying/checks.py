"""The checks: SQL that finds rows which must not exist. The first column names the row."""

from __future__ import annotations

from dataclasses import dataclass

from portal.foundation.money import EXPONENTS
from portal.orders.status import CLOSED_STATES, TRANSITIONS

CLOSED = "('" + "','".join(CLOSED_STATES) + "')"
STEPS = ", ".join(f"('{before}', '{after}')" for before, steps in TRANSITIONS.items() for after in steps)


@dataclass(frozen=True)
class Check:
    """One rule.

    :ivar invariant: its number in the list of money invariants (docs/architecture.md), if it has one.
    :ivar sql: selects what breaks the rule, its name first; no row means that it holds.
    """

    name: str
    meaning: str
    sql: str
    invariant: int | None = None


def _scale() -> str:
    """10^decimals of the order's currency, in SQL."""
    cases = " ".join(f"when '{code}' then {10**places}" for code, places in sorted(EXPONENTS.items()))
    return f"case o.currency {cases} else 100 end"


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
        "A line costs unit price × quantity, rounded once, half up.",
        f"""select o.number || ' line ' || l.line_no, l.total_minor, l.unit_price, l.quantity
           from order_line l join sales_order o on o.id = l.order_id
           where l.total_minor <> round(l.unit_price * l.quantity * {_scale()})""",
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
        "credit_used",
        "A company's credit in use is what it ordered on account and what is not invoiced or given back of it, "
        "and its open invoices less credit memos and unapplied money in the ledger.",
        """select k.code, c.used_minor, d.used from credit_account c full join (
             select company_id, sum(used) as used from (
               select company_id, total_minor - credit_released_minor as used from sales_order where on_account
               union all
               select company_id, amount_minor from ledger_entry where account in ('receivable', 'unapplied')) both_parts
              group by company_id) d using (company_id)
           join company k on k.id = company_id
           where coalesce(c.used_minor, 0) <> coalesce(d.used, 0)""",
        6,
    ),
    Check(
        "one_order_per_draft",
        "A placed draft has exactly one order, and no other draft has any.",
        """select 'draft ' || d.id, d.state, count(o.id) from draft d left join sales_order o on o.draft_id = d.id
           group by d.id, d.state having (d.state = 'placed') <> (count(o.id) = 1) or count(o.id) > 1""",
        8,
    ),
    Check(
        "orders_are_touchpoints",
        "Every order stands in the touchpoint log once, and nothing else does.",
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
        f"""select o.number, o.status, string_agg(distinct l.state, ' ')
           from sales_order o join order_line l on l.order_id = o.id
           group by o.id having (o.status in {CLOSED}) <> bool_and(l.state in {CLOSED})""",
        14,
    ),
    Check(
        "own_company",
        "Lines and events belong to the company of their order, and orders to the company of their draft.",
        """select o.number || ' line ' || l.line_no, o.company_id, l.company_id
             from order_line l join sales_order o on o.id = l.order_id where l.company_id <> o.company_id
           union all
           select o.number || ' event ' || e.id, o.company_id, e.company_id
             from order_event e join sales_order o on o.id = e.order_id where e.company_id <> o.company_id
           union all
           select o.number || ' draft ' || d.id, o.company_id, d.company_id
             from draft d join sales_order o on o.draft_id = d.id where d.company_id <> o.company_id""",
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
        "session_numbers",
        "The touchpoints of a session are numbered 1 to n without a gap, and n is the last number given out.",
        """select 'session ' || session_id, count(*), max(session_seq) from touchpoint where session_id is not null
           group by session_id having count(*) <> max(session_seq) or min(session_seq) <> 1
               or count(distinct session_seq) <> count(*)
           union all
           select 'session ' || s.id, s.touch_seq, coalesce(t.last, 0) from user_session s
             left join (select session_id, max(session_seq) as last from touchpoint group by session_id) t
             on t.session_id = s.id where s.touch_seq <> coalesce(t.last, 0)""",
    ),
    Check(
        "log_partitions",
        "No touchpoint fell outside the monthly partitions.",
        "select event_id::text, name from touchpoint_other",
    ),
    Check(
        "valid_touchpoints",
        "Every touchpoint has the properties that its name promises.",
        "select event_id::text, name, invalid_reason from touchpoint where not valid",
    ),
)
