"""What a customer's start page shows, in two statements whatever the size of the company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.limits.queries import ORDER_LIMIT
from portal.desk.home.customer import (
    CustomerHome,
    HomeAccount,
    HomeCredit,
    HomeDraft,
    HomeOrder,
    OftenBought,
    OwedInCurrency,
    PendingApproval,
)
from portal.foundation.actor import Actor
from portal.foundation.sql import sql_list
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.status import OPEN_STATES

OPEN_SHOWN = 8
RECENT_SHOWN = 3

_ORDERS = """
  select o.id, o.number, o.status, o.fulfilment, o.placed_at, o.promised_at, o.window_start, o.window_end, o.po_number,
         o.job_name, o.line_count, o.total_minor, o.currency, o.pickup_code, o.store_id, s.name as store_name,
         s.phone as store_phone, s.time_zone as store_zone,
         (select string_agg(l.name, ', ' order by l.line_no) from (
            select name, line_no from order_line l where l.order_id = o.id order by line_no limit 2) l) as goods,
         coalesce((select true from order_line l where l.order_id = o.id and l.quantity_ready > 0 limit 1), false) as some_ready,
         coalesce((select sum(l.quantity_backordered) > 0 and sum(l.quantity_reserved + l.quantity_fulfilled) = 0
                     from order_line l where l.order_id = o.id), false) as nothing_there,
         {recent} as recent
    from sales_order o left join store s on s.id = o.store_id
   where o.company_id = :company and {wanted}
   order by {order} limit {many}
"""
_CUSTOMER_ORDERS = text(
    "("
    + _ORDERS.format(
        recent="false",
        wanted=f"o.status in {sql_list(OPEN_STATES)} and o.kind = 'order'",
        order="(o.status = 'ready') desc, o.promised_at, o.id",
        many=OPEN_SHOWN + 1,
    )
    + ") union all ("
    + _ORDERS.format(
        recent="true",
        wanted="o.kind = 'order' and o.status <> 'cancelled'",
        order="o.placed_at desc, o.id desc",
        many=RECENT_SHOWN,
    )
    + ")"
)
_ACCOUNT = text(f"""
select k.limit_minor, k.used_minor, k.on_hold, k.currency, k.hold_reason, k.held_at, k.held_by_name, k.held_by_rule,
       (select coalesce(jsonb_agg(row_to_json(a)), '[]') from (
          select id, subject_name, total_minor, currency, asked_at, line_count from order_approval
           where company_id = :company and state = 'pending' and asked_by_user_id <> :person
             and (:decides or :orders and subject_user_id = :person
                              and total_minor <= coalesce(nullif(({ORDER_LIMIT}), -1), total_minor))
           order by asked_at, id limit 4) a) as approvals,
       (select coalesce(jsonb_agg(row_to_json(d)), '[]') from (
          select f.id, f.name, f.state, f.updated_at, count(l.id) as lines
            from draft f join draft_line l on l.draft_id = f.id
           where f.company_id = :company and f.owner_user_id = :person
             and f.subject_user_id = :subject and f.state in {sql_list(OPEN_DRAFTS)}
           group by f.id order by f.state, f.updated_at desc limit 3) d) as drafts,
       (select coalesce(jsonb_agg(row_to_json(b)), '[]') from (
          select v.sku, v.name, b.times, b.last_quantity, c.name as colour, c.hex, c.number
            from bought b join variant v on v.id = b.variant_id
            left join colour c on c.number = b.colour_number
           where b.company_id = :company and b.last_ordered_at > :since and v.discontinued_on is null
           order by b.times desc, b.last_ordered_at desc limit 4) b) as often,
       (select coalesce(jsonb_agg(row_to_json(o)), '[]') from (
          select i.currency, sum(i.open_minor) as open_minor, count(*) as invoices,
                 coalesce(sum(i.open_minor) filter (where i.due_on < :today), 0) as overdue_minor,
                 count(*) filter (where i.due_on < :today) as overdue, min(i.due_on) as first_due
            from invoice i where i.company_id = :company and i.open_minor <> 0 and i.open_minor > 0
           group by i.currency order by i.currency <> k.currency, i.currency) o) as owed
  from (select 1) as one left join credit_account k on k.company_id = :company
""")


def customer_home(session: Session, actor: Actor, *, now: datetime, today: date) -> CustomerHome:
    """Two statements.

    :param today: the seller's calendar day, by which invoices are overdue.
    """
    company = actor.customer_id
    rows = [HomeOrder(*row) for row in session.execute(_CUSTOMER_ORDERS, {"company": company})]
    asked = {
        "company": company,
        "person": actor.user_id,
        "subject": actor.subject_user_id,
        "since": now - timedelta(days=400),
        "today": today,
        "decides": actor.can("approvals:decide"),
        "orders": actor.can("orders:place"),
        "by_rep": False,
    }
    open_orders = [row for row in rows if not row.recent]
    return CustomerHome(
        open_orders=open_orders[:OPEN_SHOWN],
        more_open=len(open_orders) > OPEN_SHOWN,
        recent=[row for row in rows if row.recent],
        account=_account(session.execute(_ACCOUNT, asked).one()),
    )


def _account(row: Sequence[Any]) -> HomeAccount:
    *credit, approvals, drafts, often, owed = row
    return HomeAccount(
        credit=HomeCredit(*credit) if any(credit[:3]) else None,
        approvals=[PendingApproval(**_moments(each, "asked_at")) for each in approvals],
        drafts=[HomeDraft(**_moments(each, "updated_at")) for each in drafts],
        often=[OftenBought(**each) for each in often],
        owed=[
            OwedInCurrency(**{**each, "first_due": date.fromisoformat(each["first_due"])}) for each in owed
        ],
    )


def _moments(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A row that came as JSON, where a moment is text."""
    return {**row, name: datetime.fromisoformat(row[name])}
