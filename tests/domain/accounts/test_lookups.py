"""Look-ups are counted per minute, and the first refusal of an hour is told."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.lookups.queries import active_admins, lookups_by_person
from portal.accounts.lookups.rules import Wait
from portal.accounts.lookups.use_cases import count_lookup, refuse_lookup
from portal.accounts.models import StaffLookup
from portal.foundation.mail import OutboundMail
from tests.builders import NOW, Build

WAIT = Wait(30, is_for_the_hour=False)
LINK = "http://localhost/staff/lookups"


def test_a_minute_has_one_row(build: Build, session: Session) -> None:
    """Seen failing with a row for every look-up."""
    who = build.actor(build.user(kind="support"))
    for after in (0, 1, 60):
        count_lookup(session, actor=who, now=NOW.replace(second=10) + timedelta(seconds=after))
    session.commit()
    assert sorted(row.many for row in session.scalars(select(StaffLookup))) == [1, 2]


def test_the_next_hour_is_told_again(build: Build, session: Session) -> None:
    """Seen failing with one mail a day, and with one for each refusal."""
    who, admin = build.actor(build.user(kind="support", name="Sol Grant")), build.user(kind="admin")
    build.user(kind="admin", disabled_at=NOW)
    assert [each.id for each in active_admins(session)] == [admin.id]
    for after in (timedelta(0), timedelta(minutes=1), timedelta(hours=1)):
        refuse_lookup(session, actor=who, wait=WAIT, link=LINK, now=NOW.replace(minute=20) + after)
        session.commit()
    mails = session.scalars(select(OutboundMail).where(OutboundMail.kind == "lookups_stopped")).all()
    assert [mail.to_email for mail in mails] == [admin.email] * 2
    (row,) = lookups_by_person(session, now=NOW + timedelta(hours=2))
    assert (row.name, row.refused, row.in_week) == ("Sol Grant", 3, 0)
