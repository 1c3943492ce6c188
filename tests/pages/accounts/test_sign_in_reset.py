"""Forgotten passwords and invitations, as a person with a mailbox sees them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.foundation.clock import utcnow
from portal.foundation.config import Settings
from portal.foundation.mail import OutboundMail
from portal.foundation.secrets.handles import handle
from tests.builders import Build
from tests.page import PageClient
from tests.running.queued import run_queued


def _link(session: Session) -> str:
    session.commit()
    mail = session.scalars(select(OutboundMail).order_by(OutboundMail.id.desc())).first()
    assert mail is not None
    link: str = mail.data["link"]
    return link.removeprefix("http://localhost")


def test_the_answer_is_the_same_for_known_and_unknown(
    client: PageClient, build: Build, session: Session, settings: Settings, engine: Engine
) -> None:
    person = build.user(build.company())
    pages = []
    for email in (person.email, "nobody@example.com"):
        client.get("/forgot")
        answer = client.post("/forgot", {"email": email})
        pages.append(answer.headers["Location"])
        client.follow(answer)
        pages.append(client.text)
    assert pages[:2] == pages[2:]
    assert run_queued(settings, engine, "sign_in.request_reset") == 2
    assert len(session.scalars(select(OutboundMail)).all()) == 1


def test_asking_does_the_same_for_known_and_unknown(
    client: PageClient, build: Build, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """Seen failing with link, mail and job written for known addresses only: five requests told by their time."""
    heard = []
    for email in (build.user(build.company()).email, "nobody@example.com"):
        client.get("/forgot")
        with statements() as one:
            client.post("/forgot", {"email": email})
        heard.append(one)
    assert heard[0] == heard[1]


def test_asking_too_often_waits_for_known_and_unknown(client: PageClient, build: Build) -> None:
    for email in (build.user(build.company()).email, "nobody@example.com"):
        client.get("/forgot")
        for _ in range(5):
            client.post("/forgot", {"email": email})
        client.post("/forgot", {"email": email}, status=429)
        assert "Too many tries" in client.text


def test_a_new_password_by_mail(
    client: PageClient, app: Flask, build: Build, session: Session, settings: Settings, engine: Engine
) -> None:
    person = build.user(build.company())
    thief = PageClient(app)
    thief.sign_in(person.email)
    client.get("/forgot")
    client.post("/forgot", {"email": person.email.upper()})
    run_queued(settings, engine, "sign_in.request_reset")
    link = _link(session)
    client.get(link)
    token = link.split("token=")[1]
    client.post("/reset", {"token": token, "password": "short"}, status=422)
    assert "Use at least 10 characters" in client.text
    client.post("/reset", {"token": token, "password": "a long new phrase"})
    thief.get("/account", status=302)
    client.sign_in(person.email, "a long new phrase")
    client.get(link, status=410)
    client.post("/reset", {"token": token, "password": "another long phrase"}, status=410)


def test_a_made_up_link_is_dead(client: PageClient) -> None:
    for path in ("/reset?token=x", "/reset", "/invitation?token=x", "/invitation"):
        client.get(path, status=410)
        assert "no longer works" in client.text


def test_an_invited_person_joins_and_is_in(
    client: PageClient, app: Flask, build: Build, session: Session
) -> None:
    company = build.company("Harbour Painting")
    client.sign_in(build.user(company, "company_admin").email)
    client.get("/people/invitation")
    client.post("/people/invitation", {"email": "ana@x", "name": "", "role": "buyer"}, status=422)
    assert "Enter an address like" in client.text
    client.post("/people/invitation", {"email": "Ana@Example.com", "name": "Ana", "role": "buyer"})
    client.get("/people")
    assert "Invited" in client.text
    link = _link(session)
    ana = PageClient(app)
    ana.get(link)
    assert "Join Harbour Painting" in ana.text
    form = {"token": link.split("token=")[1], "name": "Ana Ruiz", "password": "a long new phrase"}
    ana.post("/invitation", {**form, "name": ""}, status=422)
    ana.post("/invitation", form)
    ana.get("/context")
    assert "Harbour Painting" in ana.text
    ana.get("/people", status=403)
    client.get("/people")
    assert "Ana Ruiz" in client.text


def test_somebody_signed_in_elsewhere_joins_across_companies(
    client: PageClient, app: Flask, build: Build, session: Session
) -> None:
    inviting, own = build.company("Inviting"), build.company("Own")
    known = build.user(own)
    client.sign_in(build.user(inviting, "company_admin").email)
    client.post("/people/invitation", {"email": known.email, "name": "X", "role": "viewer"})
    link = _link(session)
    theirs = PageClient(app)
    theirs.sign_in(known.email)
    theirs.get(link)
    answer = theirs.post("/invitation", {"token": link.split("token=")[1]})
    assert answer.headers["Location"] == "/context"
    theirs.follow(answer)
    assert "Inviting" in theirs.text
    session.commit()
    membership = session.get_one(Membership, (known.id, inviting.id))
    assert (membership.role, membership.disabled_at) == ("viewer", None)
    assert session.get_one(User, known.id).name == known.name


def test_one_address_gets_five_invitations_a_day_over_all_companies(
    client: PageClient, build: Build, session: Session
) -> None:
    """That others invited it is not told: what is beyond goes unsent. Seen failing with sixty an hour from each company."""
    for _ in range(7):
        company = build.company()
        client.sign_in(build.user(company, "company_admin").email)
        client.get("/people/invitation")
        form = {"email": "ana@example.com", "name": "Ana", "role": "buyer"}
        client.post("/people/invitation", form, status=302)
        client.post("/sign-out")
    assert len(session.scalars(select(OutboundMail)).all()) == 5


def test_sending_again_counts_as_well(client: PageClient, build: Build, session: Session) -> None:
    """Seen failing with the limit on new invitations only."""
    client.sign_in(build.user(build.company(), "company_admin").email)
    client.post("/people/invitation", {"email": "ana@example.com", "name": "Ana", "role": "buyer"})
    ana = session.scalars(select(User).where(User.email == "ana@example.com")).one()
    for _ in range(6):
        client.post(f"/people/{handle('person', ana.id)}/invitation", {})
    assert len(session.scalars(select(OutboundMail)).all()) == 5
    client.get("/people")
    assert "Too many tries" in client.text


def test_an_invitation_that_could_not_be_sent_is_told_to_who_invites(
    client: PageClient, build: Build, session: Session
) -> None:
    """Seen failing with "on its way" as the last word, for ever."""
    client.sign_in(build.user(build.company(), "company_admin").email)
    client.post("/people/invitation", {"email": "ana@example.com", "name": "Ana", "role": "buyer"})
    client.get("/people")
    assert "Mail not sent" not in client.text
    why = "the mail server says that there is no such address"
    session.execute(update(OutboundMail).values(failed_at=utcnow(), failure=why))
    session.commit()
    client.get("/people")
    assert "Mail not sent" in client.text
    ana = session.scalars(select(User).where(User.email == "ana@example.com")).one()
    client.get(f"/people/{handle('person', ana.id)}")
    assert (
        "The invitation could not be sent The mail server says that there is no such address. Send it"
        in client.text
    )
    client.post(f"/people/{handle('person', ana.id)}/invitation", {})
    client.get(f"/people/{handle('person', ana.id)}")
    assert "could not be sent" not in client.text


def test_so_it_is_of_staff(client: PageClient, build: Build, session: Session) -> None:
    client.sign_in(build.user(kind="admin").email)
    client.post(
        "/staff/invitation",
        {"email": "joan@example.com", "name": "Joan", "kind": "support", "store_code": ""},
    )
    session.execute(update(OutboundMail).values(failed_at=utcnow(), failure="our mail server did not answer"))
    session.commit()
    joan = session.scalars(select(User).where(User.email == "joan@example.com")).one()
    client.get(f"/staff/{joan.id}")
    assert "Our mail server did not answer. Send it again" in client.text


@pytest.mark.parametrize(
    "name", ["verify at http://evil.test/login", "Call www.evil.test", "a@b.example", "evil.com"]
)
def test_a_name_leads_nobody_anywhere(client: PageClient, build: Build, session: Session, name: str) -> None:
    """Seen failing with the name in the subject of the mail and a link in its first line."""
    client.sign_in(build.user(build.company(), "company_admin").email)
    form = {"email": "ana@example.com", "name": name, "role": "buyer"}
    client.post("/people/invitation", form, status=422)
    assert "Leave out web and mail addresses" in client.text
    profile = {"name": name, "language": "en", "time_zone": "America/Chicago"}
    client.post("/account/profile", profile, status=422)
    client.post("/people/invitation", {**form, "name": "J. R. O'Brien, Jr."})


@pytest.mark.parametrize(
    "typed", ["name@BÜCHER.example", "name@xn--bcher-kva.example", "name@bu\u0308cher.example"]
)
def test_one_person_has_one_address_however_it_is_typed(
    client: PageClient, build: Build, session: Session, typed: str
) -> None:
    """Seen failing with three people for three spellings."""
    company = build.company()
    person = build.user(company, email="name@bücher.example")
    client.sign_in(typed)
    client.post("/sign-out")
    client.sign_in(build.user(build.company(), "company_admin").email)
    client.post("/people/invitation", {"email": typed, "name": "X", "role": "buyer"})
    assert session.scalars(select(OutboundMail)).one().to_email == person.email


def test_letters_before_the_at_are_refused_where_no_mail_server_takes_them(
    client: PageClient, build: Build, session: Session
) -> None:
    client.sign_in(build.user(build.company(), "company_admin").email)
    form = {"email": "joergö@example.com", "name": "X", "role": "buyer"}
    client.post("/people/invitation", form, status=422)
    assert "Our mail server takes no letters like" in client.text
