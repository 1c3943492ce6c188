"""People of one company as seen from another, and stays in an account whose ground has gone."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Company, Delegation, Membership, RepAssignment, User, UserSession
from portal.foundation.clock import utcnow
from portal.foundation.mail import OutboundMail
from portal.foundation.secrets.handles import HANDLE, handle
from portal.orders.models.orders import Order
from tests.builders import NOW, Build
from tests.page import PageClient


def test_inviting_somebody_tells_nothing_about_them(
    build: Build, client: PageClient, session: Session
) -> None:
    person = build.user(build.company(), name="Zelda Quill", phone="+1 212 555 0177")
    company = build.company()
    client.sign_in(build.user(company, "company_admin").email)
    client.get("/people/invitation")
    client.post("/people/invitation", {"email": person.email, "name": "Whoever", "role": "buyer"})

    def told(of_person: int) -> str:
        client.get(f"/people/{handle('person', person.id)}", status=of_person)
        words = client.text
        for path in ("/people", "/orders", "/activity", "/acting"):
            client.get(path)
            words += client.text
        return words

    assert "Zelda" not in told(200)
    client.post(f"/people/{handle('person', person.id)}/lock")  # the invitation is withdrawn
    client.post(f"/people/{handle('person', person.id)}/unlock", status=None)
    everything = told(404)
    assert "Zelda" not in everything
    assert "0177" not in everything
    active = select(func.count()).where(Membership.company_id == company.id, Membership.disabled_at.is_(None))
    assert session.scalar(active) == 1, "nobody joins a company without having said yes"


@pytest.fixture
def acting(build: Build, client: PageClient) -> tuple[Company, User, User]:
    """A rep inside a child company's account, acting for a person of its parent."""
    parent = build.company("Group")
    company = build.company("Branch", parent_id=parent.id)
    subject, rep = build.user(parent), build.rep(company)
    client.sign_in(rep.email)
    form = {"subject": str(subject.id), "reason": "Called from the site"}
    client.get(f"/customers/{company.code}/delegations")
    client.post(f"/customers/{company.code}/delegations", form)
    client.get("/orders")
    assert "Branch" in client.text
    return company, subject, rep


GROUND = {
    "assignment": lambda company, subject, rep: delete(RepAssignment).where(RepAssignment.user_id == rep.id),
    "membership": lambda company, subject, rep: update(Membership).values(disabled_at=utcnow()),
    "consent": lambda company, subject, rep: update(Company).values(acting_consent=False),
    "subject": lambda company, subject, rep: (
        update(User).where(User.id == subject.id).values(disabled_at=utcnow())
    ),
    "company": lambda company, subject, rep: (
        update(Company).where(Company.id == company.id).values(disabled_at=utcnow())
    ),
    "hour": lambda company, subject, rep: update(Delegation).values(expires_at=utcnow()),
    "end": lambda company, subject, rep: update(Delegation).values(ended_at=utcnow()),
    "kind": lambda company, subject, rep: update(User).where(User.id == rep.id).values(kind="support"),
}


@pytest.mark.parametrize("gone", sorted(GROUND))
def test_a_stay_ends_with_its_ground(
    gone: str, acting: tuple[Company, User, User], client: PageClient, session: Session
) -> None:
    session.execute(GROUND[gone](*acting))
    session.commit()
    client.post("/drafts/current/lines", {"sku": "X"}, status=None)
    assert client.http.get("/orders").status_code in (302, 303, 403)
    assert client.http.get("/orders.csv").status_code in (302, 303, 403)
    assert session.scalar(select(func.count()).select_from(Order)) == 0


def test_a_rep_inside_reaches_neither_people_nor_credentials(
    acting: tuple[Company, User, User], client: PageClient, session: Session
) -> None:
    company, subject, _ = acting
    for path in (
        "/people",
        f"/people/{handle('person', subject.id)}",
        "/people/invitation",
        "/account",
        "/customers",
        "/lookup",
        "/staff",
        "/counter",
    ):
        assert client.http.get(path).status_code == 403, path
    for path, form in (
        (f"/people/{handle('person', subject.id)}/role", {"role": "viewer"}),
        (f"/people/{handle('person', subject.id)}/lock", {}),
        ("/people/invitation", {"email": "x@y.example", "name": "X", "role": "buyer"}),
        ("/company/acting-consent", {"allowed": "yes"}),
        ("/account/password", {"current": "a", "password": "b"}),
        ("/account/profile", {"name": "X"}),
        ("/account/sessions/endings", {}),
    ):
        client.post(path, form, status=403)
    client.post("/context", {"company_id": handle("company", company.parent_id)}, status=404)
    session.expire_all()
    assert session.get_one(User, subject.id).name == subject.name


@pytest.mark.parametrize("kind", ["support", "admin", "store"])
def test_only_reps_act(kind: str, build: Build, client: PageClient, session: Session) -> None:
    company = build.company()
    person = build.user(company)
    staff = build.user(kind=kind, store_id=build.store().id if kind == "store" else None)
    session.add(RepAssignment(user_id=staff.id, company_id=company.id))
    session.commit()
    client.sign_in(staff.email)
    form = {"subject": str(person.id), "reason": "Called from the site"}
    assert client.http.get(f"/customers/{company.code}/delegations").status_code == 403
    client.post(f"/customers/{company.code}/delegations", form, status=403)
    # Even a stay planted in the session's row gives nobody but a rep any right.
    stay = build.delegation(staff, person, company, utcnow())
    session.execute(update(UserSession).values(delegation_id=stay.id))
    session.commit()
    for path in ("/orders", "/drafts/current", "/people"):
        assert client.http.get(path).status_code in (302, 303, 403), path


def test_roles_end_at_once(build: Build, client: PageClient, session: Session) -> None:
    company = build.company()
    admin = build.user(company, "company_admin")
    client.sign_in(admin.email)
    client.get("/people")
    for role, people, drafts in (("buyer", 403, 200), ("viewer", 403, 403), ("nonsense", 403, 403)):
        session.execute(update(Membership).values(role=role))
        session.commit()
        assert client.http.get("/people").status_code == people
        assert client.http.get("/drafts/current").status_code == drafts
    session.execute(update(Membership).values(disabled_at=utcnow()))
    session.commit()
    assert client.http.get("/orders").status_code in (303, 403)
    session.execute(update(User).values(disabled_at=utcnow()))
    session.commit()
    assert client.http.get("/orders").headers["Location"].startswith("/sign-in")
    client.post("/drafts/current/lines", {"sku": "X"}, status=401)


@pytest.mark.parametrize(
    ("role", "allowed"), [("viewer", set()), ("buyer", {"/jobs"}), ("approver", {"/jobs"})]
)
def test_what_lesser_roles_may_not_do(
    role: str, allowed: set[str], build: Build, client: PageClient, session: Session
) -> None:
    company = build.company()
    other = build.user(company)
    client.sign_in(build.user(company, role).email)
    forms = {
        f"/people/{handle('person', other.id)}/role": {"role": "company_admin"},
        f"/people/{handle('person', other.id)}/lock": {},
        f"/people/{handle('person', other.id)}/unlock": {},
        f"/people/{handle('person', other.id)}/invitation": {},
        "/people/invitation": {"email": "x@y.example", "name": "X", "role": "company_admin"},
        "/company/acting-consent": {"allowed": "yes"},
        "/jobs": {"names": "Elm Street"},
        "/staff/invitation": {"email": "x@y.example", "name": "X", "kind": "admin"},
        f"/staff/{other.id}/lock": {},
        "/counter/backorders": {},
        "/counter/orders/T-1/acceptance": {},
        f"/customers/{company.code}/delegations": {"subject": str(other.id), "reason": "because I can"},
    }
    for path, form in forms.items():
        client.post(path, form, status=302 if path in allowed else 403)
    assert session.get_one(Membership, (other.id, company.id)).role == "buyer"


def invited(client: PageClient, email: str) -> tuple[str, str]:
    """The page that follows, without the address and the person's handle, and the person's page likewise."""
    client.get("/people/invitation")
    client.follow(client.post("/people/invitation", {"email": email, "name": "Whoever", "role": "buyer"}))
    people = client.text
    at = next(
        a.get("href") or ""
        for a in client.page.iter("a")
        if "".join(a.itertext()).strip() == email  # type: ignore[union-attr]
    )
    client.get(at)
    return tuple(  # type: ignore[return-value]
        re.sub(HANDLE.pattern, "handle", words.replace(email, "address")) for words in (people, client.text)
    )


def test_every_address_is_answered_alike(build: Build, app: Flask, session: Session) -> None:
    """Nobody's, a colleague's of another company, staff's, and that of somebody who is locked out everywhere. Seen failing with
    422 for staff and the locked out, and with /people/113 beside /people/223."""
    elsewhere = build.user(build.company(), name="Zelda Quill", phone="+1 212 555 0177")
    locked = build.user(build.company(), disabled_at=NOW)
    addresses = ("nobody@nowhere.example", elsewhere.email, build.rep().email, locked.email)
    answers = []
    for email in addresses:
        company = build.company("Brush & Roller")
        client = PageClient(app)
        client.sign_in(
            build.user(company, "company_admin", name="Dana Ortiz", email=f"d{company.id}@x.example").email
        )
        people, page = invited(client, email)
        answers.append((people.replace(f"d{company.id}@x.example", ""), page.replace(company.code, "")))
    assert answers[0] == answers[1] == answers[2] == answers[3]
    barred = dict(session.execute(select(OutboundMail.to_email, OutboundMail.data["barred"].astext)).all())
    assert [barred[email] for email in addresses] == ["", "", "staff", "disabled"]


def test_what_other_companies_sent_is_not_told(build: Build, app: Flask, session: Session) -> None:
    """Five mails a day to an address, whoever invites; a company is refused for its own five only. Seen failing with 429 for
    the second company."""
    email, clients = "nobody@nowhere.example", []
    for _ in range(2):
        company = build.company()
        clients.append(PageClient(app))
        clients[-1].sign_in(build.user(company, "company_admin").email)
    form = {"email": email, "name": "Whoever", "role": "buyer"}
    for client, answers in ((clients[0], [302] * 5 + [429]), (clients[1], [302])):
        client.get("/people/invitation")
        for status in answers:
            client.post("/people/invitation", form, status=status)
    mails = select(func.count()).select_from(OutboundMail).where(OutboundMail.to_email == email)
    assert session.scalar(mails) == 5
    assert session.scalar(select(func.count()).select_from(User).where(User.email == email)) == 1
    assert session.scalar(select(func.count()).select_from(Company)) == 2
