"""Who looked at how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.lookups.rules import begin_of_hour
from portal.accounts.models import User

DAYS = 7

_BY_PERSON = text("""
select u.id, u.name, u.email, u.kind, u.disabled_at is not null as disabled,
       cast(coalesce(sum(l.many) filter (where l.minute >= :hour), 0) as integer) as in_hour,
       cast(coalesce(sum(l.many) filter (where l.minute >= :day), 0) as integer) as in_day,
       cast(sum(l.many) as integer) as in_week,
       cast(sum(l.refused) as integer) as refused,
       max(l.minute) filter (where l.refused > 0) as refused_at
  from staff_lookup l join app_user u on u.id = l.user_id
 where l.minute >= :week
 group by u.id
 order by refused desc, in_week desc, u.name, u.id
""")


@dataclass(frozen=True, slots=True)
class LookupRow:
    """One of the seller's people: pages with customers' data that were opened, and refusals.

    :ivar refused_at: the last minute with a refusal.
    """

    id: int
    name: str
    email: str
    kind: str
    disabled: bool
    in_hour: int
    in_day: int
    in_week: int
    refused: int
    refused_at: datetime | None


def lookups_by_person(session: Session, *, now: datetime) -> list[LookupRow]:
    """Everybody who looked at anything within a week, refused ones first. One statement."""
    asked = {"hour": begin_of_hour(now), "day": now - timedelta(days=1), "week": now - timedelta(days=DAYS)}
    return [LookupRow(*row) for row in session.execute(_BY_PERSON, asked)]


def active_admins(session: Session) -> Sequence[User]:
    """The administrators who can sign in."""
    wanted = select(User).where(
        User.kind == "admin", User.disabled_at.is_(None), User.password_hash.is_not(None)
    )
    return session.scalars(wanted.order_by(User.id)).all()
