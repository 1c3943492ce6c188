"""Mails of accounts, as they arrive: rendered with exactly the data their rows hold."""

from __future__ import annotations

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.invitations.use_cases import invite
from portal.accounts.sign_in.use_cases.credentials import request_reset, reset_password
from portal.accounts.staff.use_cases.staff import NewStaff, add_staff
from portal.foundation.mail import OutboundMail, mail_folders
from tests.builders import NOW, Build

URL = "https://orders.example.com"


def _render(mail: OutboundMail) -> str:
    templates = Environment(
        loader=FileSystemLoader(mail_folders()), undefined=StrictUndefined, autoescape=select_autoescape()
    )
    return templates.get_template(f"{mail.kind}.txt.j2").render({**mail.data, "seller_name": "Test Coatings"})


@pytest.fixture
def mails(session: Session, build: Build) -> dict[str, str]:
    company = build.company("Harbour Painting")
    admin = build.actor(build.user(company, "company_admin", name="Ngozi Okafor"), company, "company_admin")
    person = build.user(company, name="Ana Ruiz")
    invite(session, actor=admin, email="new@example.com", name="Bo", role="buyer", public_url=URL, now=NOW)
    add_staff(session, NewStaff("joan@example.com", "Joan", "support"), public_url=URL, now=NOW)
    request_reset(session, email=person.email, public_url=URL, now=NOW)
    asked = session.scalars(select(OutboundMail).where(OutboundMail.kind == "password_reset")).one()
    token = asked.data["link"].split("token=")[1]
    reset_password(session, token=token, password="a long new phrase", now=NOW)
    return {mail.kind: _render(mail) for mail in session.scalars(select(OutboundMail))}


def test_each_begins_with_its_subject(mails: dict[str, str]) -> None:
    assert {kind: text.splitlines()[0] for kind, text in mails.items()} == {
        "password_reset": "Subject: Choose a new password",
        "password_changed": "Subject: Your password was changed",
        "invitation": "Subject: Your invitation to order at Test Coatings",
        "staff_invitation": "Subject: You are invited to the staff of Test Coatings",
    }


def test_those_with_a_link_have_it_on_a_line_of_its_own(mails: dict[str, str]) -> None:
    for kind, path in (
        ("password_reset", "reset"),
        ("invitation", "invitation"),
        ("staff_invitation", "invitation"),
    ):
        assert [line for line in mails[kind].splitlines() if line.startswith(f"{URL}/{path}?token=")]
    assert "http" not in mails["password_changed"]
