"""Around an order for support: whom to call, the company's credit, and the messages that were sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

_CONTACT = text("""
select c.code, c.name, c.phone, c.email, s.name, s.phone, s.email, k.limit_minor, k.used_minor, k.on_hold, k.currency,
       (select string_agg(u.name, ', ' order by u.name) from rep_assignment r join app_user u on u.id = r.user_id
         where r.company_id = c.id) as reps,
       (select jsonb_agg(jsonb_build_object('kind', m.kind, 'to', m.to_email, 'created', m.created_at, 'sent', m.sent_at,
                                            'failed', m.failed_at) order by m.id desc)
          from outbound_mail m where m.order_id = o.id) as messages
  from sales_order o
  join company c on c.id = o.company_id
  left join app_user s on s.id = coalesce(o.subject_user_id, o.placed_by_user_id)
  left join credit_account k on k.company_id = c.id
 where o.id = :order_id
""")


@dataclass(frozen=True, slots=True)
class Message:
    """A mail about the order: ``sent`` and ``failed`` are None while it waits."""

    kind: str
    to: str
    created: datetime
    sent: datetime | None
    failed: datetime | None


@dataclass(frozen=True, slots=True)
class Contact:
    """The order's company and the contact for this order, who is likely on the phone; amounts in minor units."""

    code: str
    name: str
    phone: str | None
    email: str | None
    contact_name: str | None
    contact_phone: str | None
    contact_email: str | None
    limit_minor: int | None  # None without a credit account
    used_minor: int | None
    on_hold: bool | None
    currency: str | None
    reps: str | None
    messages: list[Message]  # newest first


def contact_of(session: Session, order_id: int) -> Contact:
    """One statement."""
    *known, messages = session.execute(_CONTACT, {"order_id": order_id}).one()
    values: list[Any] = [*known, [_message(each) for each in messages or []]]  # in the order of the fields
    return Contact(*values)


def _message(row: Mapping[str, str]) -> Message:
    """From JSON, where moments are text."""
    created = datetime.fromisoformat(row["created"])
    return Message(row["kind"], row["to"], created, _moment(row["sent"]), _moment(row["failed"]))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
