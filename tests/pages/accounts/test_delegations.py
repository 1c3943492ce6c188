"""A rep inside a customer's account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.delegations.use_cases import end_expired
from portal.accounts.models import Company, Delegation, User
from portal.foundation.clock import utcnow
from portal.foundation.secrets.handles import handle
from tests.builders import Build
from tests.page import PageClient

REASON = "Asked on the phone"


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbour Painting")


@pytest.fixture
def buyer(build: Build, company: Company) -> User:
    return build.user(company, name="Ana Ruiz")


@pytest.fixture
def rep(client: PageClient, build: Build, company: Company) -> User:
    person = build.rep(company, name="Priya Raman")
    client.sign_in(person.email)
    return person


def _start(client: PageClient, company: Company, buyer: User, status: int = 302) -> None:
    client.get(f"/customers/{company.code}/delegations")
    client.post(
        f"/customers/{company.code}/delegations", {"subject": buyer.id, "reason": REASON}, status=status
    )


def test_in_with_a_reason_and_out_again(
    client: PageClient, build: Build, rep: User, company: Company, buyer: User, session: Session
) -> None:
    _start(client, company, buyer)
    client.get("/context")
    assert "Priya Raman for Ana Ruiz, Harbour Painting" in client.text
    assert REASON in client.text
    assert "59 minutes left" in client.text
    client.post("/acting/end")
    assert session.scalars(select(Delegation.ended_at)).one() is not None
    client.get("/context", status=403)


def test_what_is_missing_is_said_beside_its_field(
    client: PageClient, rep: User, company: Company, buyer: User
) -> None:
    client.get(f"/customers/{company.code}/delegations")
    client.post(f"/customers/{company.code}/delegations", {"subject": buyer.id, "reason": "x"}, status=422)
    assert "Say why, in a few words" in client.text
    client.post(f"/customers/{company.code}/delegations", {"subject": "", "reason": REASON}, status=422)
    assert "Choose the person you are acting for" in client.text
    assert f'value="{REASON}"' in client.body


def test_companies_of_other_reps_do_not_exist(client: PageClient, build: Build, rep: User) -> None:
    other = build.company()
    person = build.user(other)
    client.get(f"/customers/{other.code}/delegations", status=404)
    client.post(f"/customers/{other.code}/delegations", {"subject": person.id, "reason": REASON}, status=404)


def test_without_consent(
    client: PageClient, build: Build, rep: User, company: Company, buyer: User, session: Session
) -> None:
    session.execute(text("update company set acting_consent = false"))
    session.commit()
    _start(client, company, buyer, status=422)
    assert "does not allow acting" in client.text


def test_consent_withdrawn_ends_it_with_the_next_click(
    client: PageClient, app: Flask, build: Build, rep: User, company: Company, buyer: User
) -> None:
    _start(client, company, buyer)
    admin = PageClient(app)
    admin.sign_in(build.user(company, "company_admin").email)
    admin.post("/company/acting-consent", {"allowed": "no"})
    assert client.get("/context", status=303).headers["Location"] == "/"
    client.get("/account")
    assert "You are back in your own" in client.text
    client.get("/context", status=403)


@pytest.mark.parametrize("path", ["/account", "/people", "/people/invitation", "/staff"])
def test_closed_while_acting(client: PageClient, rep: User, company: Company, buyer: User, path: str) -> None:
    _start(client, company, buyer)
    client.get(path, status=403)


def test_credentials_people_and_settings_cannot_be_changed_while_acting(
    client: PageClient, rep: User, company: Company, buyer: User
) -> None:
    _start(client, company, buyer)
    client.get("/context")
    for path in (
        "/account/profile",
        "/account/password",
        "/account/sessions/endings",
        "/people/invitation",
        f"/people/{handle('person', buyer.id)}/role",
        f"/people/{handle('person', buyer.id)}/lock",
        "/company/acting-consent",
    ):
        client.post(path, {"role": "viewer", "allowed": "no"}, status=403)
    client.post("/context", {"company_id": company.id}, status=404)


def test_after_an_hour_the_rep_is_back_in_the_own_context(
    client: PageClient, rep: User, company: Company, buyer: User, session: Session
) -> None:
    _start(client, company, buyer)
    client.get("/context")
    session.execute(
        text("update delegation set started_at = started_at - interval '61 minutes', expires_at = now()")
    )
    session.commit()
    answer = client.post("/jobs", {"names": "Elm"}, status=303)
    assert answer.headers["Location"] == "/"
    client.get("/account")
    assert "Your time in the customer's account is over" in client.text
    assert "What you just sent was not done" in client.text
    assert session.scalars(text("select name from company_job")).all() == []
    ended = session.scalars(
        text("select props->>'reason' from touchpoint where name = 'delegation_ended'")
    ).all()
    assert ended == ["expired"]
    session.commit()
    client.get("/account")
    assert "is over" not in client.text  # said once


def test_the_rep_is_told_although_the_stay_was_ended_elsewhere(
    client: PageClient, rep: User, company: Company, buyer: User, session: Session
) -> None:
    _start(client, company, buyer)
    client.get("/context")
    end_expired(session, now=utcnow() + timedelta(minutes=61))
    session.commit()
    assert client.get("/context", status=303).headers["Location"] == "/"
    client.get("/account")
    assert "Your time in the customer's account is over" in client.text
    assert session.scalars(text("select delegation_id from user_session")).all() == [None]


def test_another_customer_from_a_second_tab(
    client: PageClient, build: Build, rep: User, company: Company, buyer: User, session: Session
) -> None:
    second = build.company("Second")
    other = build.user(second, name="Bo Lind")
    session.execute(text("insert into rep_assignment values (:u, :c)"), {"u": rep.id, "c": second.id})
    session.commit()
    _start(client, company, buyer)
    _start(client, second, other)
    client.get("/context")
    assert "Priya Raman for Bo Lind, Second" in client.text
    ended = session.execute(select(Delegation.company_id, Delegation.ended_at.is_not(None))).all()
    assert dict(ended) == {company.id: True, second.id: False}  # type: ignore[arg-type]


def test_the_customer_reads_it(
    client: PageClient, app: Flask, build: Build, rep: User, company: Company, buyer: User
) -> None:
    customer = PageClient(app)
    customer.sign_in(buyer.email)
    customer.get("/acting")
    assert "Nobody has acted for you" in customer.text
    _start(client, company, buyer)
    customer.get("/acting")
    for words in ("Priya Raman", "Ana Ruiz", REASON, "Working now"):
        assert words in customer.text
    client.get("/context")
    client.post("/acting/end")
    customer.get("/acting")
    assert "Over" in customer.text
    stranger = PageClient(app)
    stranger.sign_in(build.user(build.company()).email)
    stranger.get("/acting")
    assert REASON not in stranger.text


def test_signing_out_ends_it(
    client: PageClient, rep: User, company: Company, buyer: User, session: Session
) -> None:
    _start(client, company, buyer)
    client.get("/context")
    client.post("/sign-out")
    ended = session.scalars(select(Delegation.ended_at)).one()
    assert ended is not None
    assert ended - session.scalars(select(Delegation.started_at)).one() < timedelta(minutes=1)
