"""One's own account: details, password, sessions."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import User
from portal.accounts.profile.use_cases import announce_names
from portal.foundation.clock import utcnow
from portal.foundation.mail import OutboundMail
from portal.foundation.secrets.handles import handle
from portal.touchpoints.models import Touchpoint
from tests.builders import Build
from tests.page import PageClient

AGENT = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1"}


def _two(client: PageClient, app: Flask, build: Build) -> tuple[User, PageClient]:
    person = build.user(build.company())
    phone = PageClient(app)
    phone.get("/sign-in")
    phone.post("/sign-in", {"email": person.email, "password": "paint-the-town"}, headers=AGENT)
    client.sign_in(person.email)
    return person, phone


def test_sessions_are_listed_and_ended_one_by_one(
    client: PageClient, app: Flask, build: Build, session: Session
) -> None:
    person, phone = _two(client, app, build)
    client.get("/account")
    assert "Safari on iPhone" in client.text
    assert "127.0.0.0/24" in client.text
    assert "This device" in client.text
    other, this = session.scalars(
        text("select id from user_session where user_id = :id order by id").bindparams(id=person.id)
    ).all()
    client.post(f"/account/sessions/{handle('session', this)}/ending", status=404)
    client.post(f"/account/sessions/{handle('session', other)}/ending")
    phone.get("/account", status=302)
    client.get("/account")
    client.post(f"/account/sessions/{handle('session', other)}/ending", status=404)


def test_nobody_ends_another_persons_session(
    client: PageClient, app: Flask, build: Build, session: Session
) -> None:
    victim = PageClient(app)
    victim.sign_in(build.user(build.company()).email)
    theirs = session.execute(text("select max(id) from user_session")).scalar_one()
    session.commit()
    client.sign_in(build.user(build.company()).email)
    client.post(f"/account/sessions/{handle('session', theirs)}/ending", status=404)
    victim.get("/account")


def test_all_others_end_at_once(client: PageClient, app: Flask, build: Build) -> None:
    _, phone = _two(client, app, build)
    client.post("/account/sessions/endings")
    phone.get("/account", status=302)
    client.get("/account")
    assert "All other devices are signed out" in client.text


def test_a_new_password_needs_the_current_one_and_ends_other_sessions(
    client: PageClient, app: Flask, build: Build
) -> None:
    person, phone = _two(client, app, build)
    form = {"current": "wrong", "password": "a long new phrase"}
    client.post("/account/password", form, status=422)
    assert "That is not your current password" in client.text
    phone.get("/account")
    client.post("/account/password", {**form, "current": "paint-the-town"})
    client.get("/account")
    phone.get("/account", status=302)
    client.post("/sign-out")
    client.sign_in(person.email, "a long new phrase")


def test_guesses_at_the_current_password_are_counted(client: PageClient, build: Build) -> None:
    client.sign_in(build.user(build.company()).email)
    form = {"current": "wrong", "password": "a long new phrase"}
    for _ in range(8):
        client.post("/account/password", form, status=422)
    client.post("/account/password", {**form, "current": "paint-the-town"}, status=429)
    assert "Too many tries" in client.text


def test_details_are_saved_and_mistakes_shown_beside_their_field(
    client: PageClient, build: Build, session: Session
) -> None:
    person = build.user(build.company())
    client.sign_in(person.email)
    form = {"name": "Ana Ruiz", "phone": "(518) 555-0100", "language": "es", "time_zone": "America/Denver"}
    client.post("/account/profile", {**form, "name": ""}, status=422)
    assert "Enter a name." in client.text
    assert 'value="(518) 555-0100"' in client.body
    client.post("/account/profile", {**form, "time_zone": "Mars/Olympus"}, status=422)
    client.post("/account/profile", {**form, "phone": "call me"}, status=422)
    assert "Enter a phone number" in client.text
    client.post("/account/profile", form)
    saved = session.scalars(select(User).where(User.id == person.id)).one()
    assert (saved.name, saved.phone_digits, saved.language, saved.time_zone) == (
        "Ana Ruiz",
        "5185550100",
        "es",
        "America/Denver",
    )
    client.get("/account")
    assert '<option selected value="es">' in client.body


@pytest.mark.parametrize("language", ["en", "es", "fr-CA"])
def test_a_page_says_the_language_of_its_words(client: PageClient, build: Build, language: str) -> None:
    """All pages are in English, whatever a person would like: a screen reader reads them out by it (WCAG 3.1.1). Seen
    failing with the person's language in ``<html lang>``."""
    client.sign_in(build.user(build.company(), language=language).email)
    for path, status in (("/account", 200), ("/", 200), ("/no-such-page", 404)):
        client.get(path, status=status)
        assert client.page is not None
        assert client.page.get("lang") == "en"


def test_a_rare_zone_stays_choosable(client: PageClient, build: Build) -> None:
    client.sign_in(build.user(build.company(), time_zone="America/Indiana/Knox").email)
    client.get("/account")
    assert '<option selected value="America/Indiana/Knox">' in client.body


def test_a_new_name_is_mailed_and_logged_once(
    build: Build, client: PageClient, sessions: sessionmaker[Session], session: Session
) -> None:
    """To the person and the administrators of each company, and to nobody else. Seen failing without the worker's part."""
    company = build.company("Harbor Painting")
    owner = build.user(company, "company_admin", name="Ngozi Okafor")
    buyer = build.user(company, name="Marcus Bell")
    build.user(company, "buyer")
    client.sign_in(buyer.email)
    client.get("/account")
    client.post(
        "/account/profile", {"name": "Marcus Bellamy", "phone": "", "language": "en", "time_zone": "UTC"}
    )
    for _ in range(2):
        with sessions() as worker, worker.begin():
            announce_names(worker, user_id=buyer.id, by_file=False, now=utcnow())
    mails = session.scalars(select(OutboundMail).where(OutboundMail.kind == "name_changed")).all()
    assert sorted(each.to_email for each in mails) == sorted([owner.email, buyer.email])
    assert {(each.data["before"], each.data["after"]) for each in mails} == {
        ("Marcus Bell", "Marcus Bellamy")
    }
    log = session.scalars(select(Touchpoint).where(Touchpoint.name == "name_changed")).all()
    assert sorted(each.account_id or 0 for each in log) == [0, company.id]
    assert "Bell" not in str([each.props for each in log])
