"""A company's master data in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.foundation.sql import sql_list
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.status import OPEN_STATES

_SUMMARY = text(f"""
select c.code, c.phone, c.email, coalesce(t.kind, 'net'), coalesce(t.days, c.terms_days), coalesce(t.discount_bp, 0),
       coalesce(t.discount_days, 0), c.po_mode, p.name, s.name, l.name,
       (select string_agg(u.name, ', ' order by u.name) from rep_assignment r join app_user u on u.id = r.user_id
         where r.company_id = c.id),
       (select coalesce(sum(total_minor), 0) from sales_order o
         where o.company_id = c.id and o.placed_at > cast(:now as timestamptz) - interval '12 months'
           and o.status <> 'cancelled'),
       (select count(*) from sales_order o where o.company_id = c.id
         and o.status in {sql_list(OPEN_STATES)}),
       (select count(*) from draft d where d.company_id = c.id and d.state in {sql_list(OPEN_DRAFTS)}
         and exists (select from draft_line x where x.draft_id = d.id))
  from company c
  left join company p on p.id = c.parent_id
  left join store s on s.id = c.home_store_id
  left join payment_terms t on t.company_id = c.id
  left join price_list l on l.id = c.price_list_id
 where c.id = :company_id
""")


@dataclass(frozen=True, slots=True)
class Summary:
    """A company's master data and what it orders. Amounts in minor units of its currency."""

    code: str
    phone: str | None
    email: str | None
    terms_kind: str
    terms_days: int
    discount_bp: int
    discount_days: int
    po_mode: str
    parent_name: str | None
    store_name: str | None
    price_list: str | None
    reps: str | None
    year_minor: int
    open_orders: int
    drafts: int


def company_summary(session: Session, company_id: int, *, now: datetime) -> Summary:
    """One statement."""
    return Summary(*session.execute(_SUMMARY, {"company_id": company_id, "now": now}).one())
