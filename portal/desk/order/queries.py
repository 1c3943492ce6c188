"""What stands around an order for support: whom to call, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

_AROUND = text("""
select c.code, c.name, c.phone, c.email, c.disabled_at,
       s.name as contact_name, s.phone as contact_phone, s.email as contact_email, s.time_zone as contact_zone,
       k.limit_minor, k.used_minor, k.on_hold, k.currency,
       (select string_agg(u.name, ', ' order by u.name) from rep_assignment r join app_user u on u.id = r.user_id
         where r.company_id = c.id) as reps,
       (select jsonb_agg(jsonb_build_object('kind', m.kind, 'to', m.to_email, 'created', m.created_at, 'sent', m.sent_at,
                                            'failed', m.failed_at) order by m.id desc)
          from outbound_mail m where m.order_id = o.id) as mails
  from sales_order o
  join company c on c.id = o.company_id
  left join app_user s on s.id = coalesce(o.subject_user_id, o.placed_by_user_id)
  left join credit_account k on k.company_id = c.id
 where o.id = :order_id
""")


@dataclass(frozen=True)
class Mail:
    """A message about the order: ``sent`` and ``failed`` are None while it waits."""

    kind: str
    to: str
    created: datetime
    sent: datetime | None
    failed: datetime | None


@dataclass(frozen=True)
class Around:
    """The company, its contact for this order, and the messages, newest first."""

    who: Row[Any]
    mails: list[Mail]


def around_order(session: Session, order_id: int) -> Around:
    """One statement."""
    row = session.execute(_AROUND, {"order_id": order_id}).one()
    mails = [
        Mail(m["kind"], m["to"], _moment(m["created"]), _maybe(m["sent"]), _maybe(m["failed"]))
        for m in row.mails or []
    ]
    return Around(row, mails)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)
