"""Certificates that run out: both sides are told, each step once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Company
from portal.billing.tax.use_cases.expiry import step_on, warn_of_expiry
from portal.foundation.mail import OutboundMail
from portal.touchpoints.models import Touchpoint
from tests.builders import Build
from tests.pages.billing.documents.papers import certificate, waiting

LAST = date(2026, 9, 30)
NOON = datetime(2026, 9, 30, 16, tzinfo=UTC)
ZONE = "America/New_York"


@pytest.fixture
def company(build: Build) -> Company:
    company = build.company("Harbor Painting")
    build.user(company, "company_admin", email="ada@harbor.example")
    build.user(kind="admin", email="sam@seller.example")
    return company


def told(session: Session) -> list[tuple[str, bool]]:
    session.rollback()
    found = session.scalars(select(OutboundMail).order_by(OutboundMail.id))
    return [(mail.to_email, mail.data["over"]) for mail in found]


def test_both_sides_are_told_each_step_once(
    session: Session, sessions: sessionmaker[Session], company: Company
) -> None:
    """Seen failing without the column that remembers the step: 24 mails a day."""
    certificate(session, company, valid_to=LAST)
    counts = [
        warn_of_expiry(sessions, now=NOON - timedelta(days=days), zone=ZONE)
        for days in (61, 60, 60, 59, 15, 14, 13, 0, -1, -2, -29)
    ]
    assert counts == [0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0]
    sides = ("ada@harbor.example", "sam@seller.example")
    assert told(session) == [(side, over) for over in (False, False, True) for side in sides]
    steps = session.scalars(select(Touchpoint).where(Touchpoint.name == "tax_exemption_running_out"))
    assert sorted((each.account_id, each.props["step"]) for each in steps) == [
        (company.id, step) for step in ("-1", "14", "60")
    ]


def test_of_missed_steps_only_the_latest_is_told(
    session: Session, sessions: sessionmaker[Session], company: Company
) -> None:
    certificate(session, company, valid_to=LAST)
    assert warn_of_expiry(sessions, now=NOON - timedelta(days=3), zone=ZONE) == 1
    assert warn_of_expiry(sessions, now=NOON - timedelta(days=2), zone=ZONE) == 0


def test_nothing_is_told_of_what_does_not_matter(
    session: Session, sessions: sessionmaker[Session], company: Company, build: Build
) -> None:
    certificate(session, company, valid_to=LAST, ended_at=NOON)
    certificate(session, build.company(disabled_at=NOON), valid_to=LAST)
    certificate(session, company, valid_to=LAST - timedelta(days=60))
    waiting(session, company, valid_to=LAST)
    certificate(session, company, valid_to=LAST, region="VT")
    certificate(session, company, valid_to=LAST + timedelta(days=365), region="VT", certificate_number="R-2")
    assert warn_of_expiry(sessions, now=NOON, zone=ZONE) == 0
    certificate(session, company, valid_to=LAST, region="NJ")
    assert warn_of_expiry(sessions, now=NOON.replace(hour=3), zone=ZONE) == 0, "at night"
    assert warn_of_expiry(sessions, now=NOON, zone=ZONE) == 1


@pytest.mark.parametrize(
    ("left", "step"), [(61, None), (60, 60), (15, 60), (14, 14), (0, 14), (-1, -1), (-9, -1)]
)
def test_steps(left: int, step: int | None) -> None:
    assert step_on(LAST, LAST + timedelta(days=left)) == step
