"""Every act of administrators, of a company's administrators and of reps is in the log, with the values before and after."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company, User
from portal.foundation.secrets.handles import handle
from portal.touchpoints.models import Touchpoint
from tests.builders import Build
from tests.page import PageClient


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Brush & Roller")


@pytest.fixture
def admin(build: Build, company: Company, client: PageClient) -> User:
    """The company's administrator, signed in."""
    user = build.user(company, "company_admin")
    client.sign_in(user.email)
    return user


@pytest.fixture
def staff(build: Build, client: PageClient) -> User:
    """One of the seller's administrators, signed in."""
    user = build.user(kind="admin")
    client.sign_in(user.email)
    return user


def acts(session: Session, *names: str) -> Sequence[Touchpoint]:
    session.rollback()
    found = select(Touchpoint).where(Touchpoint.name.in_(names)).order_by(Touchpoint.recorded_us)
    rows = session.scalars(found).all()
    assert all(row.valid for row in rows)
    return rows


def test_a_role_and_a_limit_from_what_to_what(
    admin: User, company: Company, build: Build, client: PageClient, session: Session
) -> None:
    """Seen failing with the new role alone, and without the limit."""
    buyer = build.user(company, "buyer", name="Dana Ortiz")
    client.get(f"/people/{handle('person', buyer.id)}")
    client.post(f"/people/{handle('person', buyer.id)}/role", {"role": "approver"})
    client.post(f"/people/{handle('person', buyer.id)}/order-limit", {"limit": "50"})
    client.post(f"/people/{handle('person', buyer.id)}/lock")
    client.post(f"/people/{handle('person', buyer.id)}/unlock")
    rows = acts(session, "account_added_user")
    assert [(row.props["action"], row.props["before"], row.props["after"]) for row in rows] == [
        ("role_changed", ["role=buyer"], ["role=approver"]),
        ("limit_changed", ["order_limit="], ["order_limit=$50.00"]),
        ("disabled", ["access=open"], ["access=closed"]),
        ("enabled", ["access=closed"], ["access=open"]),
    ]
    assert {(row.actor_id, row.account_id, row.props["user_id"]) for row in rows} == {
        (admin.id, company.id, buyer.id)
    }
    client.get("/activity")
    for words in ("role buyer → approver", "limit per order none → $50.00", "access open → closed"):
        assert words in client.text


def test_consent_to_acting(admin: User, client: PageClient, session: Session) -> None:
    """Off and on, and a second click is nothing new. Seen failing with no touchpoint at all."""
    client.get("/people")
    for allowed in ("no", "no", "yes"):
        client.post("/company/acting-consent", {"allowed": allowed})
    rows = acts(session, "acting_consent_changed")
    assert [(row.props["action"], row.props["before"]) for row in rows] == [
        ("withdrawn", ["allowed=yes"]),
        ("allowed", ["allowed=no"]),
    ]
    client.get("/activity")
    assert "No longer allows sales reps to act for the company" in client.text


def test_jobs_also_by_an_acting_rep(
    company: Company, build: Build, client: PageClient, session: Session
) -> None:
    """ "What reps did" has them. Seen failing with no touchpoint at all."""
    buyer, rep = build.user(company, "buyer"), build.rep(company)
    client.sign_in(rep.email)
    client.get(f"/customers/{company.code}/delegations")
    client.post(
        f"/customers/{company.code}/delegations", {"subject": str(buyer.id), "reason": "asked on the phone"}
    )
    client.get("/context")
    client.post("/jobs", {"names": "Elm Street\nOak Street"})
    (added,) = acts(session, "company_jobs_changed")
    assert (added.actor_id, added.subject_user_id, added.account_id) == (rep.id, buyer.id, company.id)
    assert (added.props["action"], added.props["rows"]) == ("added", 2)
    job = added.props["job_ids"][0]
    client.post(f"/jobs/{handle('job', job)}/closure")
    client.post(f"/jobs/{handle('job', job)}/closure")
    assert [row.props["action"] for row in acts(session, "company_jobs_changed")] == ["added", "closed"]
    client.get("/activity?by=staff")
    assert "Added jobs" in client.text
    assert "Closed a job" in client.text


def test_passwords(admin: User, company: Company, client: PageClient, session: Session) -> None:
    """Changed, asked for and chosen anew; nothing for an address that nobody has. Seen failing with mails alone."""
    client.post("/account/password", {"current": "paint-the-town", "password": "seven bridges at dawn"})
    (row,) = acts(session, "password_changed")
    assert (row.actor_id, row.account_id, row.props["method"]) == (admin.id, company.id, "password")


def test_a_rename_says_that_and_not_the_name(
    admin: User, company: Company, client: PageClient, session: Session
) -> None:
    """Seen failing with no touchpoint at all."""
    client.get("/account")
    form = {"name": "Ngozi Okafor", "phone": "", "language": "en", "time_zone": "Europe/Berlin"}
    for _ in range(2):
        client.post("/account/profile", form)
    (row,) = acts(session, "profile_changed")
    assert (row.actor_id, row.account_id) == (admin.id, company.id)
    assert row.props["fields"] == ["name", "time_zone"]
    assert row.props["after"] == ["time_zone=Europe/Berlin"]
    assert "Ngozi" not in str(vars(row))


def test_who_looks_after_a_company(
    staff: User, company: Company, build: Build, client: PageClient, session: Session
) -> None:
    """Seen failing with no touchpoint at all, and with one for a company that was assigned already."""
    rep = build.user(kind="rep")
    client.get(f"/staff/{rep.id}")
    for _ in range(2):
        client.post(f"/staff/{rep.id}/assignments", {"code": company.code})
    client.post(f"/staff/{rep.id}/assignments/{company.code}/removal")
    rows = acts(session, "rep_assignment_changed")
    assert [row.props["action"] for row in rows] == ["assigned", "unassigned"]
    assert {(row.actor_id, row.account_id, row.props["user_id"]) for row in rows} == {
        (staff.id, company.id, rep.id)
    }


def test_locking_staff(staff: User, build: Build, client: PageClient, session: Session) -> None:
    """Seen failing with no touchpoint at all."""
    other = build.user(kind="support")
    client.get("/staff")
    for act in ("lock", "lock", "unlock", "unlock"):
        client.post(f"/staff/{other.id}/{act}")
    rows = acts(session, "staff_access_changed")
    assert [(row.actor_id, row.props["before"], row.props["after"]) for row in rows] == [
        (staff.id, ["access=active"], ["access=disabled"]),
        (staff.id, ["access=disabled"], ["access=active"]),
    ]


def test_terms_hold_rule_and_reminders(
    staff: User, company: Company, client: PageClient, session: Session
) -> None:
    """Seen failing with the names of what was changed and not the values."""
    page = f"/customers/{company.code}"
    client.get(f"{page}/hold")
    client.post(f"{page}/hold", {"action": "rule", "days": "30"})
    client.post(f"{page}/hold", {"action": "rule", "days": "30"})
    (rule,) = acts(session, "hold_rule_changed")
    assert rule.props["before"] == ["hold_after_days=", "promises_suspend_hold=yes"]
    assert rule.props["after"] == ["hold_after_days=30", "promises_suspend_hold=no"]
    client.get(page)
    assert "Held after days overdue none → 30" in client.text
