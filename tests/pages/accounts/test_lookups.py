"""Many look-ups in a short time are slowed, then refused, and administrators are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import StaffLookup, User
from portal.foundation.mail import OutboundMail
from portal.touchpoints.models import Touchpoint
from tests.builders import Build
from tests.page import PageClient

MOMENT = datetime(2026, 5, 11, 14, 30, 15, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment of every request; a test moves it."""
    at = [MOMENT]
    monkeypatch.setattr("portal.web.transaction.utcnow", lambda: at[0])
    return at


@pytest.fixture
def support(build: Build) -> User:
    return build.user(kind="support", name="Sol Grant")


@pytest.fixture
def admin(build: Build) -> User:
    return build.user(kind="admin")


def ask(browser: PageClient, path: str, **options: object) -> tuple[int, str, str]:
    """Status, Retry-After and text."""
    response = browser.http.get(path, buffered=True, **options)
    response.close()
    return response.status_code, response.headers.get("Retry-After", ""), response.get_data(as_text=True)


def counted(session: Session, user: User) -> tuple[int, int]:
    session.rollback()
    rows = session.scalars(select(StaffLookup).where(StaffLookup.user_id == user.id)).all()
    return sum(row.many for row in rows), sum(row.refused for row in rows)


def opened_before(session: Session, user: User, many: int, at: datetime) -> None:
    session.add(StaffLookup(user_id=user.id, minute=at.replace(second=0), many=many, refused=0))
    session.commit()


def test_the_sixtieth_in_a_minute_is_the_last(
    clock: list[datetime], support: User, admin: User, client: PageClient, session: Session
) -> None:
    """Seen failing with the limit left out: 300 of 300 were answered with 200."""
    client.sign_in(support.email)
    answers = [ask(client, "/customers") for _ in range(62)]
    assert [status for status, _, _ in answers] == [200] * 60 + [429] * 2
    _, retry_after, words = answers[-1]
    assert retry_after == "45"
    assert "faster than anybody reads. Wait 45 seconds" in words
    assert counted(session, support) == (60, 2)
    clock[0] += timedelta(seconds=45)
    assert ask(client, "/customers")[0] == 200


def test_every_way_to_a_customers_data_counts(
    clock: list[datetime], build: Build, support: User, client: PageClient, session: Session
) -> None:
    """Live answers, HEAD, codes that do not exist. Seen failing with 404 and live answers left out."""
    company = build.company()
    client.sign_in(support.email)
    ask(client, f"/customers/{company.code}")
    ask(client, "/customers/NOBODY")
    ask(client, "/lookup?q=Harbor", headers={"HX-Request": "true"})
    ask(client, f"/customers/{company.code}/statements")
    client.http.head("/customers", buffered=True).close()
    assert counted(session, support) == (5, 0)
    ask(client, "/account")
    assert counted(session, support) == (5, 0)


def test_an_hours_work_is_enough(
    clock: list[datetime], support: User, client: PageClient, session: Session
) -> None:
    """Slowly, and still too much. Seen failing with the minute alone."""
    client.sign_in(support.email)
    opened_before(session, support, 599, MOMENT - timedelta(minutes=20))
    assert ask(client, "/customers")[0] == 200
    status, retry_after, words = ask(client, "/lookup?q=x", headers={"HX-Request": "true"})
    assert (status, retry_after) == (429, "1785")
    assert "You can go on in 30 minutes" in words
    clock[0] += timedelta(minutes=30)
    assert ask(client, "/customers")[0] == 200


def test_a_new_session_is_the_same_person(
    clock: list[datetime], support: User, app: Flask, session: Session
) -> None:
    """Seen failing with a count per session."""
    opened_before(session, support, 60, MOMENT)
    for _ in range(2):
        browser = PageClient(app)
        browser.sign_in(support.email)
        assert ask(browser, "/customers")[0] == 429


def test_administrators_are_told_once_an_hour(
    clock: list[datetime], support: User, admin: User, build: Build, app: Flask, session: Session
) -> None:
    """By mail, in the log, on their start page and on a page. Seen failing with a mail for each refusal."""
    gone = build.user(kind="admin", disabled_at=MOMENT)
    opened_before(session, support, 60, MOMENT)
    theirs, ours = PageClient(app), PageClient(app)
    theirs.sign_in(support.email)
    ours.sign_in(admin.email)
    ours.get("/staff/lookups")
    assert "Was refused" not in ours.text
    for _ in range(3):
        assert ask(theirs, "/customers")[0] == 429
    session.rollback()
    (mail,) = session.scalars(select(OutboundMail).where(OutboundMail.kind == "lookups_stopped")).all()
    assert mail.to_email == admin.email != gone.email
    assert mail.data["person"] == "Sol Grant"
    assert mail.data["looked"] == 60
    assert mail.data["link"].endswith("/staff/lookups")
    (row,) = session.scalars(select(Touchpoint).where(Touchpoint.name == "lookups_refused")).all()
    assert (row.actor_id, row.outcome, row.props) == (
        support.id,
        "denied",
        {"results": 60, "reason": "minute"},
    )
    ours.get("/")
    assert "1 person opened more pages with customers' data" in ours.text
    ours.get("/staff/lookups")
    assert "Sol Grant" in ours.text
    assert "Was refused" in ours.text
    assert "3, last" in ours.text


def test_customers_and_acting_reps_are_not_counted(
    clock: list[datetime], build: Build, client: PageClient, session: Session
) -> None:
    buyer = build.user(build.company())
    client.sign_in(buyer.email)
    client.get("/orders")
    session.rollback()
    assert session.execute(text("select count(*) from staff_lookup")).scalar_one() == 0


def test_the_page_says_when_there_is_nothing(admin: User, client: PageClient) -> None:
    client.sign_in(admin.email)
    client.get("/staff/lookups")
    assert "Nobody has looked anything up" in client.text
