"""Counting what staff look at, and telling administrators of too much."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.lookups.facts import record_lookups_refused
from portal.accounts.lookups.letters import mail_lookups_stopped
from portal.accounts.lookups.queries import active_admins
from portal.accounts.lookups.rules import Wait, begin_of_hour, begin_of_minute
from portal.foundation.actor import Actor

_COUNT = text("""
insert into staff_lookup (user_id, minute, many, refused) values (:user_id, :minute, :many, :refused)
on conflict (user_id, minute)
do update set many = staff_lookup.many + excluded.many, refused = staff_lookup.refused + excluded.refused
""")
_HOUR = text("""
select coalesce(sum(many), 0) as looked, coalesce(sum(refused), 0) as refused
  from staff_lookup where user_id = :user_id and minute >= :hour
""")
# One after the other, so that only the first refusal of an hour is told.
_LOCK = text("select pg_advisory_xact_lock(7261006, :user_id)")


def count_lookup(session: Session, *, actor: Actor, now: datetime) -> None:
    """Count a page with customers' data that the actor opened."""
    _count(session, actor, now, many=1)


def refuse_lookup(session: Session, *, actor: Actor, wait: Wait, link: str, now: datetime) -> None:
    """Count a refusal. The first of an hour is recorded and mailed to the administrators.

    :param link: the administrators' page about look-ups.
    """
    session.execute(_LOCK, {"user_id": actor.user_id})
    _count(session, actor, now, refused=1)
    hour = session.execute(_HOUR, {"user_id": actor.user_id, "hour": begin_of_hour(now)}).one()
    if hour.refused > 1:
        return
    record_lookups_refused(session, actor, looked=hour.looked, for_the_hour=wait.is_for_the_hour, now=now)
    mail_lookups_stopped(session, active_admins(session), actor, looked=hour.looked, link=link, now=now)


def _count(session: Session, actor: Actor, now: datetime, *, many: int = 0, refused: int = 0) -> None:
    counted = {"user_id": actor.user_id, "minute": begin_of_minute(now), "many": many, "refused": refused}
    session.execute(_COUNT, counted)
