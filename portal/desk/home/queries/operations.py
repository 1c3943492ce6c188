"""What staff see on their start pages: late orders, and whether the portal runs as it should."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.foundation.jobs import GIVEN_UP, LATE, RETRYING
from portal.foundation.sql import sql_list
from portal.orders.status import OPEN_STATES, UNREADY_STATES
from portal.touchpoints.interaction import note_shown

_LATE = text(f"""
select o.company_id, o.number, o.status, o.fulfilment, o.promised_at, c.name as company_name,
       s.name as store_name, s.phone as store_phone
  from sales_order o join company c on c.id = o.company_id left join store s on s.id = o.store_id
 where o.status in {sql_list(UNREADY_STATES)} and o.promised_at < :now and o.promised_at > :since
 order by o.promised_at limit :many
""")


@dataclass(frozen=True, slots=True)
class LateOrder:
    """An order that is not ready although it was promised by now."""

    company_id: int
    number: str
    status: str
    fulfilment: str
    promised_at: datetime
    company_name: str
    store_name: str | None
    store_phone: str | None


def late_orders(session: Session, *, now: datetime, many: int = 10) -> list[LateOrder]:
    """Orders whose promise was broken within the last two weeks, those that wait longest first."""
    asked = {"now": now, "since": now - timedelta(days=14), "many": many}
    found = [LateOrder(*row) for row in session.execute(_LATE, asked)]
    note_shown(session, *(order.company_id for order in found))
    return found


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
       (select count(*) from procrastinate_jobs j where {LATE}) as jobs_waiting,
       (select count(*) from procrastinate_jobs j where {RETRYING}) as jobs_retrying,
       (select count(*) from procrastinate_jobs j where {GIVEN_UP}) as jobs_failed,
       (select count(*) from user_session where ended_at is null and last_seen_at > :hour) as people_active,
       (select count(*) from touchpoint_other) as outside_months,
       (select count(*) from touchpoint where occurred_us > :day_us and not valid
         and source <> 'portal_client') as invalid_today,
       (select count(*) from touchpoint where occurred_us > :day_us) as touchpoints_today,
       (select count(distinct user_id) from staff_lookup where minute > :day and refused > 0) as lookups_refused,
       pg_size_pretty(pg_database_size(current_database())) as size,
       current_setting('server_version') as version,
       (select version_num from alembic_version) as migration
""")


@dataclass(frozen=True, slots=True)
class SystemState:
    """Counts of what is there, what waits and what failed; ``size`` is the database's, in words."""

    companies: int
    people: int
    orders_today: int
    open_orders: int
    late_orders: int
    mails_waiting: int
    mails_failed: int
    jobs_waiting: int
    jobs_retrying: int
    jobs_failed: int
    people_active: int
    outside_months: int
    invalid_today: int
    touchpoints_today: int
    lookups_refused: int
    size: str
    version: str
    migration: str


def system_state(session: Session, *, now: datetime) -> SystemState:
    """Whether the portal runs as it should, for the administrator. One statement."""
    day = now - timedelta(hours=24)
    asked = {
        "now": now,
        "day": day,
        "week": now - timedelta(days=7),
        "hour": now - timedelta(hours=1),
        "day_us": int(day.timestamp()) * 1_000_000,
    }
    return SystemState(*session.execute(_SYSTEM, asked).one())
