"""What the start pages show, in few statements whatever the size of the company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.foundation.sql import sql_list
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.status import OPEN_STATES, UNREADY_STATES

OPEN_SHOWN = 8
RECENT_SHOWN = 3

_ORDERS = """
  select o.id, o.number, o.status, o.fulfilment, o.placed_at, o.promised_at, o.window_start, o.window_end, o.po_number,
         o.job_name, o.line_count, o.total_minor, o.currency, o.pickup_code, o.store_id, s.name as store_name,
         s.phone as store_phone, s.time_zone as store_zone, o.placed_by_name, o.subject_name, o.delegation_id,
         (select string_agg(l.name, ', ' order by l.line_no) from (
            select name, line_no from order_line l where l.order_id = o.id order by line_no limit 2) l) as goods,
         coalesce((select true from order_line l where l.order_id = o.id and l.quantity_ready > 0 limit 1), false) as some_ready,
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
_STANDING = text(f"""
select k.limit_minor, k.used_minor, k.on_hold, k.currency, k.hold_reason, k.held_at, k.held_by_name,
       (select coalesce(jsonb_agg(row_to_json(a)), '[]') from (
          select id, asked_by_name, subject_name, total_minor, currency, asked_at, line_count from order_approval
           where :decides and company_id = :company and state = 'pending' and asked_by_user_id <> :person
             and subject_user_id <> :person order by asked_at, id limit 4) a) as approvals,
       (select coalesce(jsonb_agg(row_to_json(d)), '[]') from (
          select f.id, f.name, f.state, f.updated_at, count(l.id) as lines
            from draft f join draft_line l on l.draft_id = f.id
           where f.company_id = :company and f.owner_user_id = :person and f.state in {sql_list(OPEN_DRAFTS)}
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


@dataclass(frozen=True)
class CustomerHome:
    """Open orders (what is ready first), the newest orders; ``standing``: credit, what waits for the actor's yes, own
    drafts, what is bought most often, what is owed by currency."""

    open_orders: list[Row[Any]]
    more_open: bool
    recent: list[Row[Any]]
    standing: Row[Any]


def customer_home(session: Session, actor: Actor, *, now: datetime, today: date) -> CustomerHome:
    """Two statements.

    :param today: the seller's calendar day, by which invoices are overdue.
    """
    company = actor.customer_id
    rows = list(session.execute(_CUSTOMER_ORDERS, {"company": company}))
    asked = {
        "company": company,
        "person": actor.user_id,
        "since": now - timedelta(days=400),
        "today": today,
        "decides": actor.can("approvals:decide"),
    }
    standing = session.execute(_STANDING, asked).one()
    open_orders = [row for row in rows if not row.recent]
    recent = [row for row in rows if row.recent]
    return CustomerHome(open_orders[:OPEN_SHOWN], len(open_orders) > OPEN_SHOWN, recent, standing)


_LATE = text(f"""
select o.number, o.status, o.fulfilment, o.promised_at, c.name as company_name, s.name as store_name, s.phone as store_phone
  from sales_order o join company c on c.id = o.company_id left join store s on s.id = o.store_id
 where o.status in {sql_list(UNREADY_STATES)} and o.promised_at < :now and o.promised_at > :since
 order by o.promised_at desc limit :many
""")


def late_orders(session: Session, *, now: datetime, many: int = 10) -> list[Row[Any]]:
    """Orders whose promise was broken within the last fortnight, the newest first: these customers call."""
    asked = {"now": now, "since": now - timedelta(days=14), "many": many}
    return list(session.execute(_LATE, asked))


_SYSTEM = text(f"""
select (select count(*) from company where disabled_at is null) as companies,
       (select count(*) from app_user where disabled_at is null) as people,
       (select count(*) from sales_order where placed_at > :day) as orders_today,
       (select count(*) from sales_order
         where status in {sql_list(OPEN_STATES)}) as open_orders,
       (select count(*) from sales_order
         where status in {sql_list(UNREADY_STATES)} and promised_at < :now) as late_orders,
       (select count(*) from outbound_mail where sent_at is null and failed_at is null) as mails_waiting,
       (select count(*) from outbound_mail where failed_at > :week) as mails_failed,
       (select count(*) from procrastinate_jobs where status = 'todo'
         and coalesce(scheduled_at, :now) <= cast(:now as timestamptz) - interval '5 minutes') as jobs_waiting,
       (select count(*) from procrastinate_jobs where status = 'failed') as jobs_failed,
       (select count(*) from user_session where ended_at is null and last_seen_at > :hour) as people_active,
       (select count(*) from touchpoint_other) as outside_months,
       (select count(*) from touchpoint where occurred_us > :day_us and not valid) as invalid_today,
       (select count(*) from touchpoint where occurred_us > :day_us) as touchpoints_today,
       pg_size_pretty(pg_database_size(current_database())) as size,
       current_setting('server_version') as version,
       (select version_num from alembic_version) as migration
""")


def system_state(session: Session, *, now: datetime) -> Row[Any]:
    """Whether it runs as it should, for the administrator. One statement."""
    day = now - timedelta(hours=24)
    return session.execute(
        _SYSTEM,
        {
            "now": now,
            "day": day,
            "week": now - timedelta(days=7),
            "hour": now - timedelta(hours=1),
            "day_us": int(day.timestamp()) * 1_000_000,
        },
    ).one()
