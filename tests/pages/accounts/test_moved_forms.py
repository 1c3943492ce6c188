"""Forms sent from a tab that was left open in another company, another stay, or by somebody else's browser."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company, CompanyJob, Membership, User
from portal.app import create_app
from portal.foundation.config import Settings
from portal.foundation.secrets.handles import handle
from tests.builders import Build
from tests.page import PageClient


@pytest.fixture
def group(build: Build, client: PageClient) -> tuple[Company, Company, User]:
    """An administrator of two companies, in the first one."""
    first, second = build.company("First Paints"), build.company("Second Paints")
    admin = build.user(first, "company_admin")
    build.session.add(Membership(user_id=admin.id, company_id=second.id, role="company_admin"))
    build.session.commit()
    client.sign_in(admin.email)
    client.get("/context")
    client.post("/context", {"company_id": handle("company", first.id)})
    return first, second, admin


def _token(client: PageClient, path: str) -> str:
    found = re.search(
        r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True) or client.body
    )
    assert found is not None
    return found.group(1)


FORMS: dict[str, dict[str, str]] = {
    "/people/invitation": {"email": "new@example.com", "name": "New", "role": "buyer"},
    "/company/acting-consent": {"allowed": "no"},
    "/company/rep-limit": {"limit": "5"},
    "/jobs": {"names": "Elm Street"},
    "/drafts/current/lines": {"sku": "X", "quantity": "1"},
    "/tax-exemptions": {"region": "NY", "number": "1"},
    "/autopay": {},
    "/reminders": {},
    "/payment-methods": {},
    "/account/profile": {"name": "Somebody"},
}


@pytest.mark.parametrize("path", sorted(FORMS))
def test_a_form_acts_on_the_company_it_was_shown_in(
    path: str, group: tuple[Company, Company, User], client: PageClient, session: Session
) -> None:
    """Seen failing: every one of them was done in the company of the other tab."""
    first, second, _ = group
    shown = _token(client, "/people")
    client.follow(client.post("/context", {"company_id": handle("company", second.id)}))
    client.post(path, {**FORMS[path], "csrf_token": shown}, status=409)
    assert "You now work for Second Paints" in client.text
    assert "shown while you worked for First Paints. Nothing was done" in client.text
    assert "Go back to First Paints" in client.text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(CompanyJob)) == 0
    assert session.get_one(Company, second.id).acting_consent is True
    members = select(func.count()).where(Membership.company_id.in_([first.id, second.id]))
    assert session.scalar(members) == 2


def test_the_way_back_sends_what_was_typed(
    group: tuple[Company, Company, User], client: PageClient, session: Session
) -> None:
    """Seen failing with the form's fields left out, and with the person left in the other company."""
    first, second, _ = group
    shown = _token(client, "/context")
    client.follow(client.post("/context", {"company_id": handle("company", second.id)}))
    client.post("/jobs", {"names": 'Elm "Street"', "csrf_token": shown}, status=409)
    assert 'Elm "Street"' in client.text
    assert client.page is not None
    (form,) = [each for each in client.page.iter("form") if each.get("action") == "/jobs"]
    fields = {each.get("name"): each.get("value") for each in form.iter("input")}
    client.follow(client.post("/jobs", fields))
    assert "First Paints" in client.text
    session.rollback()
    (job,) = session.scalars(select(CompanyJob)).all()
    assert (job.company_id, job.name) == (first.id, 'Elm "Street"')


def test_switching_by_name_goes_from_anywhere(
    group: tuple[Company, Company, User], client: PageClient
) -> None:
    first, second, _ = group
    shown = _token(client, "/context")
    client.follow(client.post("/context", {"company_id": handle("company", second.id)}))
    client.post("/context", {"company_id": handle("company", first.id), "csrf_token": shown})
    client.post("/sign-out", {"csrf_token": shown})


def test_a_script_of_an_old_page_reloads_it(group: tuple[Company, Company, User], client: PageClient) -> None:
    """Seen failing: the live search of the first company's page filled with the second one's people."""
    _, second, _ = group
    client.get("/people")
    found = re.search(r'hx-headers="([^"]+)"', client.body)
    assert found is not None
    place = found.group(1).replace("&#34;", '"').split('"')[3]
    headers = {"HX-Request": "true", "X-Form-Place": place}
    client.get("/people?q=per", headers=headers)
    client.follow(client.post("/context", {"company_id": handle("company", second.id)}))
    answer = client.http.get("/people?q=per", headers=headers)
    assert (answer.status_code, answer.headers["HX-Refresh"], answer.text) == (409, "true", "")


def _act(client: PageClient, company: Company, subject: User) -> None:
    client.get(f"/customers/{company.code}/delegations")
    client.post(
        f"/customers/{company.code}/delegations", {"subject": subject.id, "reason": "Asked on the phone"}
    )


def test_a_rep_s_form_belongs_to_the_stay(build: Build, client: PageClient, session: Session) -> None:
    """Seen failing: lines and jobs typed for one customer landed with the next one."""
    first, second = build.company("First Paints"), build.company("Second Paints")
    ana, ben = build.user(first, name="Ana Ruiz"), build.user(second, name="Ben Holt")
    rep = build.rep(first, second)
    client.sign_in(rep.email)
    desk = _token(client, f"/customers/{first.code}")
    _act(client, first, ana)
    shown = _token(client, "/context")
    client.post(f"/customers/{first.code}/delegations", {"subject": ana.id, "csrf_token": desk}, status=422)
    _act(client, second, ben)
    client.get("/context")
    client.post("/jobs", {"names": "Elm Street", "csrf_token": shown}, status=409)
    for words in (
        "You now act for Ben Holt, Second Paints",
        "acted for Ana Ruiz, First Paints",
        "Elm Street",
    ):
        assert words in client.text, words
    assert f"/customers/{first.code}/delegations" in client.body
    assert session.scalar(select(func.count()).select_from(CompanyJob)) == 0
    client.post("/account/profile", {"name": "X", "csrf_token": desk}, status=409)
    assert "stop acting for Ben Holt, Second Paints first" in client.text
    client.post("/acting/end", {"csrf_token": shown})


def test_a_planted_form_cookie_is_of_no_use(
    build: Build, client: PageClient, app: Flask, session: Session
) -> None:
    """The victim's session with the attacker's form cookie and token, planted by a neighboring host. Seen failing: the
    job was added."""
    victim, attacker = build.user(build.company()), build.user(build.company())
    client.sign_in(victim.email)
    other = PageClient(app)
    other.sign_in(attacker.email)
    token = _token(other, "/context")
    cookie = other.http.get_cookie("portal_form")
    assert cookie is not None
    client.http.set_cookie("portal_form", cookie.value)
    client.post("/jobs", {"names": "Planted", "csrf_token": token}, status=400)
    stranger = PageClient(app)
    visitors = _token(stranger, "/sign-in")
    cookie = stranger.http.get_cookie("portal_form")
    assert cookie is not None
    client.http.set_cookie("portal_form", cookie.value)
    client.post("/jobs", {"names": "Planted", "csrf_token": visitors}, status=400)
    assert session.scalar(select(func.count()).select_from(CompanyJob)) == 0


def test_cookies_over_https_are_this_host_s_alone(build: Build, settings: Settings, engine: Engine) -> None:
    """Seen failing without the prefix; and a cookie without it signs nobody in."""
    app = create_app(replace(settings, public_url="https://localhost"), engine)
    app.config.update(TESTING=True)
    person = build.user(build.company())
    http = app.test_client()
    page = http.get("/sign-in", base_url="https://localhost")
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    form = {"email": person.email, "password": "paint-the-town", "csrf_token": found.group(1)}
    answer = http.post(
        "/sign-in", data=form, base_url="https://localhost", headers={"Referer": "https://localhost/sign-in"}
    )
    assert answer.status_code == 302
    cookies = [*page.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie")]

    def names(each: str) -> str:
        return each.split("=")[0]

    assert {names(each) for each in cookies} >= {"__Host-portal_session", "__Host-portal_form"}
    for each in cookies:
        assert each.startswith("__Host-"), each
        assert "Secure" in each
        assert "Path=/" in each
        assert "Domain" not in each
    (token,) = [
        each.split("=", 1)[1].split(";")[0] for each in cookies if names(each) == "__Host-portal_session"
    ]
    bare = app.test_client()
    bare.set_cookie("portal_session", token)
    assert bare.get("/orders", base_url="https://localhost").status_code == 302
