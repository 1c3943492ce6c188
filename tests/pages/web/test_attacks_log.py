"""What reaches the touchpoint log, the log files and the queues: no words of people, no secrets; and pages stay bounded."""

from __future__ import annotations

import json
import logging
import re
from io import StringIO

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.foundation.clock import utcnow
from portal.foundation.config import Settings
from portal.foundation.secrets.handles import handle
from portal.orders.models.drafts import Draft
from portal.touchpoints.models import Touchpoint
from tests.builders import Build
from tests.page import PageClient
from tests.running.queued import run_queued

OURS = {"Sec-Fetch-Site": "same-origin"}
MAIL = "ann@painter.example"


def test_no_words_of_people_reach_the_touchpoints(build: Build, client: PageClient, session: Session) -> None:
    company = build.company(home_store_id=build.store().id)
    variant = build.variant("P-1")
    code = session.execute(text("select code from product")).scalar()
    client.sign_in(build.user(company, "company_admin").email)
    for path in (
        f"/products?q={MAIL}",
        f"/products?category={MAIL}",
        f"/products/{code}?from={MAIL}",
        f"/orders?q={MAIL}&po={MAIL}&job={MAIL}",
        f"/bought-before?q={MAIL}",
        f"/colours?colour_q={MAIL}&family={MAIL}",
        f"/stores?city={MAIL}",
        "/products?q=5185550142",
    ):
        client.get(path)
    client.post("/drafts/current/lines", {"variant_id": str(variant.id), "source": MAIL})
    client.post("/drafts/current/lines", {"sku": MAIL}, status=422)
    client.post("/drafts/current/pasted-lines", {"pasted": f"{MAIL} 1"}, status=None)
    draft = session.scalars(select(Draft.id)).one()
    client.post(f"/drafts/{handle('draft', draft)}/name", {"name": MAIL})
    client.post(
        f"/drafts/{handle('draft', draft)}/pickup",
        {
            "store_id": str(company.home_store_id),
            "po_number": MAIL,
            "note": MAIL,
            "pickup_person": MAIL,
            "when_short": "backorder",
        },
    )
    client.get(f"/drafts/{handle('draft', draft)}/review")
    form = dict(re.findall(r'name="(shown|token)" value="([^"]*)"', client.body))
    client.post(f"/drafts/{handle('draft', draft)}/placement", form)
    client.get(f"/orders/{MAIL}", status=404)
    rows = session.execute(
        text(
            "select name, t::text from touchpoint t where t::text like '%painter%' or t::text like '%5185550142%'"
        )
    ).all()
    assert not rows
    assert session.scalar(select(func.count()).where(Touchpoint.name == "order_completed")) == 1


@pytest.mark.parametrize(
    "body",
    [
        '{"id": "abcdefgh", "kind": "dwell", "path": "/orders", "dwell_ms": Infinity}',
        '{"id": "abcdefgh", "kind": "dwell", "path": "/orders", "dwell_ms": NaN}',
        '{"id": "abcdefgh", "kind": "dwell", "path": "/orders", "dwell_ms": 1e400}',
        '{"id": "abcdefgh", "kind": "dwell", "path": "/orders", "dwell_ms": ' + "9" * 1500 + "}",
        '{"id": "abcdefgh", "kind": "order_completed", "path": "/orders", "value_minor": 1}',
        '{"id": ["x"], "kind": {"a": 1}, "path": null}',
        "[" * 1900,
        "null",
        "1",
        '"x"',
        "[]",
        "\x00",
        "{}",
    ],
)
def test_a_beacon_forges_nothing(body: str, build: Build, client: PageClient, session: Session) -> None:
    client.sign_in(build.user(build.company()).email)
    before = session.scalar(select(func.count()).select_from(Touchpoint))
    answer = client.http.post("/beacon", data=body, content_type="application/json", headers=OURS)
    assert answer.status_code == 400
    answer.close()
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Touchpoint)) == before


def test_a_beacon_names_neither_person_nor_money(build: Build, client: PageClient, session: Session) -> None:
    user = build.user(build.company())
    client.sign_in(user.email)
    sample = {
        "id": "abcdefgh-1",
        "kind": "script_error",
        "path": f"/orders/{MAIL}?q={MAIL}",
        "value_minor": 1,
        "currency": "USD",
        "message": f"x {MAIL} \ud800 +1 518 555 0142" * 9,
        "actor_id": 1,
        "account_id": 1,
        "session_id": 1,
        "name": "order_completed",
    }
    client.http.post(
        "/beacon", data=json.dumps(sample), content_type="application/json", headers=OURS
    ).close()
    row = session.scalars(select(Touchpoint).where(Touchpoint.source == "portal_client")).one_or_none()
    if row is not None:
        assert (row.name, row.value_minor, row.actor_id) == ("script_failed", None, user.id)
        assert "painter" not in json.dumps(row.props)
        assert "0142" not in json.dumps(row.props)


def test_a_session_leaves_no_secret_behind(
    settings: Settings, engine: Engine, build: Build, log: StringIO, session: Session
) -> None:
    live: Flask = create_app(settings, engine)
    root = logging.getLogger()
    assert isinstance(root.handlers[0], logging.StreamHandler)
    root.handlers[0].setStream(log)
    company = build.company()
    admin = build.user(company, "company_admin")
    browser = PageClient(live)
    browser.sign_in(admin.email)
    cookie = browser.http.get_cookie("portal_session")
    assert cookie is not None
    browser.post("/people/invitation", {"email": MAIL, "name": "Ann Painter", "role": "buyer"})
    browser.post("/account/password", {"current": "paint-the-town", "password": "a-new-long-password"})
    browser.post("/sign-out")
    browser.get("/forgot")
    browser.post("/forgot", {"email": admin.email})
    run_queued(settings, engine, "sign_in.request_reset")
    links = session.scalars(
        text("select data->>'link' from outbound_mail where data->>'link' is not null")
    ).all()
    assert len(links) == 2
    tokens = [link.rpartition("=")[2] for link in links]
    for link in links:
        browser.get(link.removeprefix("http://localhost"))
        assert browser.http.get(link.removeprefix("http://localhost")).headers["Cache-Control"] == "no-store"
    browser.post("/reset", {"token": "x" * 5000, "password": "y"}, status=410)
    browser.post("/sign-in", {"email": MAIL, "password": "wrong-password-typed"}, status=422)
    written = log.getvalue()
    for secret in (
        *tokens,
        cookie.value,
        MAIL,
        admin.email,
        "paint-the-town",
        "a-new-long-password",
        "wrong-password-typed",
        "Ann Painter",
    ):
        assert secret not in written
    jobs = session.scalars(text("select args::text from procrastinate_jobs")).all()
    assert jobs
    assert all(re.fullmatch(r'\{"(mail|request)_id": \d+\}', args) for args in jobs)
    for table in ("touchpoint", "user_session", "one_time_token"):
        kept = session.execute(
            text(f"select coalesce(string_agg(t::text, ''), '') from {table} t")
        ).scalar_one()
        for secret in (*tokens, cookie.value, "paint-the-town", "a-new-long-password", MAIL):
            assert secret not in kept, table


MANY = """
insert into app_user (email, name, kind)
  select 'p' || n || '@x.example', 'Person ' || n, 'customer' from generate_series(1, 2000) n;
insert into membership (user_id, company_id, role) select id, :c, 'buyer' from app_user where email like 'p%@x.example';
insert into address (company_id, label, recipient, line1, city, region, postcode)
  select :c, 'Site ' || n, 'x', 'x', 'x', 'x', 'x' from generate_series(1, 2000) n;
insert into user_session (token_hash, user_id, created_at, last_seen_at, expires_at)
  select int8send(n), :u, :now, :now, cast(:now as timestamptz) + interval '1 day' from generate_series(1, 1000) n;
insert into draft (company_id, owner_user_id, subject_user_id, state, created_at, updated_at)
  select :c, :u, :u, 'parked', :now, :now from generate_series(1, 5000);
"""


def test_pages_stay_bounded(build: Build, client: PageClient, session: Session) -> None:
    company = build.company(home_store_id=build.store().id)
    admin = build.user(company, "company_admin")
    for statement in MANY.strip().removesuffix(";").split(";"):
        session.execute(text(statement), {"c": company.id, "u": admin.id, "now": utcnow()})
    session.commit()
    client.sign_in(admin.email)
    client.post("/drafts/current/lines", {"variant_id": str(build.variant("P-1").id)})
    draft = session.scalars(select(Draft.id).where(Draft.state == "current")).one()
    paths = (
        "/",
        "/account",
        "/drafts",
        "/orders",
        "/drafts/current",
        f"/drafts/{handle('draft', draft)}/pickup",
    )
    sizes = {path: len(client.http.get(path).get_data()) for path in paths}
    assert max(sizes.values()) < 400_000, sizes
