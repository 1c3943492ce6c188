"""Stolen, copied, planted and foreign cookies and tokens; pickup codes; headers that lie; settings of a sample."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.orm import Session

from portal.accounts.models import UserSession
from portal.app import create_app
from portal.foundation.clock import utcnow
from portal.foundation.config import ConfigError, Settings, from_environment
from portal.orders.models.orders import Order
from portal.stores.models import Stock
from tests.builders import Build
from tests.page import PageClient
from tests.placed_orders import Counter, counter


def copy_of(client: PageClient, app: Flask) -> PageClient:
    """Another browser with the first one's cookies."""
    thief = PageClient(app)
    for name in ("portal_session", "portal_form"):
        cookie = client.http.get_cookie(name)
        assert cookie is not None
        thief.http.set_cookie(name, cookie.value)
    return thief


def is_in(client: PageClient) -> bool:
    return client.http.get("/orders").status_code == 200


@pytest.mark.parametrize("how", ["sign out", "password", "elsewhere", "ended", "idle", "old", "disabled"])
def test_a_copied_cookie_dies(
    how: str, build: Build, client: PageClient, app: Flask, session: Session
) -> None:
    user = build.user(build.company())
    client.sign_in(user.email)
    thief = copy_of(client, app)
    assert is_in(thief)
    if how == "sign out":
        client.post("/sign-out")
    elif how == "elsewhere":
        second = PageClient(app)
        second.sign_in(user.email)
        second.post("/account/sessions/endings")
    elif how == "password":
        second = PageClient(app)
        second.sign_in(user.email)
        second.post("/account/password", {"current": "paint-the-town", "password": "several-words-together"})
        assert is_in(second)
    elif how == "disabled":
        session.execute(text("update app_user set disabled_at = now()"))
    else:
        longest = utcnow() - timedelta(days=31)
        values = {
            "ended": {"ended_at": utcnow()},
            "idle": {"last_seen_at": longest},
            "old": {"expires_at": longest},
        }[how]
        session.execute(update(UserSession).values(**values))
    session.commit()
    assert not is_in(thief)
    assert not is_in(client)


def test_a_planted_cookie_is_no_session(
    build: Build, client: PageClient, app: Flask, session: Session
) -> None:
    user = build.user(build.company())
    attacker = PageClient(app)
    attacker.sign_in(build.user(build.company()).email)
    planted = copy_of(attacker, app)
    planted.post("/sign-out", status=None)  # learn nothing from it
    victim = PageClient(app)
    victim.http.set_cookie("portal_session", "attackers-own-choice")
    victim.sign_in(user.email)
    cookie = victim.http.get_cookie("portal_session")
    assert cookie is not None
    assert cookie.value != "attackers-own-choice"
    for value in ("attackers-own-choice", "", "\u00e9" * 50, "x" * 4000, "' or 1=1 --", cookie.value[:-1]):
        stranger = PageClient(app)
        stranger.http.set_cookie("portal_session", value)
        assert not is_in(stranger)


def test_form_tokens_belong_to_their_session(
    build: Build, client: PageClient, app: Flask, session: Session
) -> None:
    company = build.company()
    client.sign_in(build.user(company, "company_admin").email)
    other = PageClient(app)
    other.sign_in(build.user(company, "company_admin").email)
    other.get("/context")
    foreign = other.body.split('name="csrf_token" value="')[1].split('"')[0]
    for token in ("", "x", foreign, "x" * 9999):
        client.post("/jobs", {"names": "Elm", "csrf_token": token}, status=400)
        client.post("/sign-in", {"email": "a@b.example", "password": "x", "csrf_token": token}, status=400)
        client.post("/sign-out", {"csrf_token": token}, status=400)
    assert client.http.post("/jobs", data={"names": "Elm"}).status_code == 400
    assert client.http.get("/sign-out").status_code == 405
    assert is_in(client)
    assert not session.scalar(text("select count(*) from company_job"))


def test_nothing_private_is_kept_by_a_cache(build: Build, client: PageClient) -> None:
    scene = counter(build)
    order = scene.order()
    client.sign_in(scene.buyer.email)
    paths = (
        "/",
        "/orders",
        "/orders.csv",
        f"/orders/{order.number}",
        f"/orders/{order.number}/calendar.ics",
        f"/orders/{order.number}/slip",
        "/orders/none",
        "/people",
        "/account",
        "/drafts/current",
        "/products?q=x",
        "/context",
        "/nowhere",
    )
    for path in paths:
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.http.get(path, headers=headers)
            assert answer.headers["Cache-Control"] == "no-store", path
            assert "Cookie" in answer.headers["Vary"]
            assert "ETag" not in answer.headers
            answer.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "https"},
        {"Forwarded": "host=evil.example"},
        {"X-Forwarded-For": "1.2.3.4"},
        {"X-Forwarded-Prefix": "/evil"},
        {"X-Original-URL": "/people"},
        {"X-Rewrite-URL": "/people"},
        {"X-Request-Id": "a b\tc<script>"},
        {"traceparent": "x" * 999},
        {"Accept-Language": "x" * 5000},
        {"User-Agent": "<script>" * 500},
        {"HX-Current-URL": "https://evil.example/x"},
        {"Referer": "https://evil.example/x"},
        {"X-HTTP-Method-Override": "DELETE"},
    ],
)
def test_headers_that_lie(
    headers: dict[str, str], build: Build, client: PageClient, session: Session
) -> None:
    client.get("/sign-in", headers=headers)
    client.post(
        "/sign-in",
        {"email": build.user(build.company()).email, "password": "paint-the-town"},
        headers=headers,
    )
    for path in ("/orders", "/context", "/account", "/nowhere"):
        answer = client.http.get(path, headers=headers)
        assert "evil.example" not in answer.get_data(as_text=True) + str(answer.headers)
        assert "<script>" not in answer.headers["X-Request-Id"]
    network = session.scalars(select(UserSession.network)).one()
    assert network == "127.0.0.0/24"


@pytest.fixture
def scene(build: Build) -> Counter:
    return counter(build)


def test_a_pickup_code_opens_its_order_once_at_its_store(
    scene: Counter, client: PageClient, app: Flask, session: Session
) -> None:
    order = scene.order(status="ready")
    other_store = scene.build.store()
    elsewhere = PageClient(app)
    elsewhere.sign_in(scene.build.user(kind="store", store_id=other_store.id).email)
    at = f"/counter/orders/{order.number}"
    elsewhere.get(at, status=404)
    elsewhere.post(f"{at}/handover", {"code": "K7PQXA"}, status=404)
    elsewhere.post("/counter", {"q": "K7PQXA"}, status=200)
    assert order.number not in elsewhere.body
    client.sign_in(scene.associate.email)
    client.get(at)
    assert "K7PQXA" not in client.body
    client.get("/counter")
    assert "K7PQXA" not in client.body
    for wrong in ("", "K7PQX", "K7PQXB", "%", "\x00", "K" * 5000):
        client.post(f"{at}/handover", {"code": wrong}, status=422)
    client.post(f"{at}/handover", {"code": "K7PQXA"}, status=422)  # paused by now
    session.execute(text("delete from sign_in_attempt"))
    session.commit()
    client.post(f"{at}/handover", {"code": "k7p-qxa"})
    client.post(f"{at}/handover", {"code": "K7PQXA"}, status=409)
    assert session.scalar(select(func.sum(Stock.reserved))) == 0
    cancelled = scene.order(status="cancelled", pickup_code="ACDEFG")
    client.post(f"/counter/orders/{cancelled.number}/handover", {"code": "ACDEFG"}, status=409)
    support = PageClient(app)
    support.sign_in(scene.build.user(kind="support").email)
    support.get(f"/lookup/orders/{order.number}")
    assert "K7PQXA" not in support.body
    assert session.get_one(Order, cancelled.id).status == "cancelled"


GOOD = {
    "PORTAL_ENV": "production",
    "DATABASE_URL": "postgresql://x/y",
    "PORTAL_PUBLIC_URL": "https://orders.example.com",
    "PORTAL_SECRET_KEY": "kD93mfQ0v7_Lw1xTq8ZrYbNcHs5UeAoPj2GiV4",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_SECRET_KEY", ""),
        ("PORTAL_SECRET_KEY", "change-me"),
        ("PORTAL_SECRET_KEY", "development-only-" + "0" * 32),
        ("PORTAL_SECRET_KEY", "change-me-" * 5),
        ("PORTAL_DEMO", "yes"),
        ("PORTAL_PUBLIC_URL", "http://orders.example.com"),
        ("PORTAL_PUBLIC_URL", "javascript:x"),
        ("PORTAL_ENV", "debug"),
    ],
)
def test_production_refuses_what_is_for_trying_out(name: str, value: str) -> None:
    assert from_environment(GOOD).environment == "production"
    with pytest.raises(ConfigError):
        from_environment({**GOOD, name: value})


def test_production_shows_no_workshop(settings: Settings, engine: Engine) -> None:
    app = create_app(replace(settings, environment="production"), engine)
    assert not app.debug
    assert app.test_client().get("/styleguide").status_code == 404
