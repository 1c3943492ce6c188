"""What pages show and refuse is written once the response has left, and never gets in its way."""

from __future__ import annotations

import secrets
import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import User, UserSession
from portal.app import create_app
from portal.catalog.products.facts import ProductViewed
from portal.foundation.clock import utcnow
from portal.foundation.config import Settings
from portal.foundation.tokens import token_hash
from portal.orders.checkout.facts import OrderCompleted, OrderFailed
from portal.touchpoints.models import Touchpoint
from portal.touchpoints.recording import Event, record
from portal.web.access import needs, public
from portal.web.browser.session_cookie import COOKIE
from portal.web.browser.visitor import VISITOR_COOKIE
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, now
from tests.builders import Build


@pytest.fixture
def touched(settings: Settings, engine: Engine) -> Flask:
    """An app with a few pages of its own."""
    app = create_app(settings, engine)

    @app.get("/t/shown")
    @public
    def shown() -> str:
        viewed(ProductViewed(sku="A-1"), links={"product_id": 7})
        return "<!doctype html>ok"

    @app.get("/t/gone")
    @public
    def gone() -> str:
        viewed(ProductViewed())
        abort(404)

    @app.get("/t/refused")
    @public
    def refused() -> tuple[str, int]:
        viewed(OrderFailed(), outcome="credit_hold", error_code="credit_limit")
        return "no", 422

    @app.get("/t/forbidden")
    @needs("staff:manage")
    def forbidden() -> str:
        return "secret"

    @app.post("/t/placed")
    @public
    def placed() -> str:
        made = Event(OrderCompleted(), actor=actor(), now=now(), key=f"order_completed:{uuid.uuid4()}")
        record(db(), made)
        return "ok"

    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


def browser(app: Flask, build: Build, user: User | None = None, **fields: Any) -> FlaskClient:
    """A browser that is signed in already."""
    client = app.test_client()
    if user is not None:
        token, moment = secrets.token_urlsafe(8), utcnow()
        row = UserSession(
            token_hash=token_hash(token),
            user_id=user.id,
            created_at=moment,
            last_seen_at=moment,
            expires_at=moment + timedelta(days=1),
            **fields,
        )
        build.session.add(row)
        build.session.commit()
        client.set_cookie(COOKIE, token)
    return client


def fetch(client: FlaskClient, path: str, method: str = "GET", **options: Any) -> int:
    """Fetch as a server does: read everything, then close."""
    response = client.open(path, method=method, buffered=True, **options)
    response.close()
    return response.status_code


def logged(session: Session) -> list[Touchpoint]:
    session.rollback()
    return list(session.scalars(select(Touchpoint).order_by(Touchpoint.recorded_us)))


def test_a_view_is_written_after_the_response(
    touched: Flask, build: Build, session: Session, statements: Any
) -> None:
    company = build.company()
    buyer = build.user(company)
    client = browser(touched, build, buyer, company_id=company.id)
    with statements() as heard:
        response = client.get("/t/shown")
        assert response.get_data(as_text=True) == "<!doctype html>ok"
        assert logged(session) == []
        before_close = len(heard)
        response.close()
        assert len(heard) == before_close
    (row,) = logged(session)
    assert (row.name, row.account_id, row.actor_id) == ("product_viewed", company.id, buyer.id)
    assert (row.product_id, row.props, row.source, row.channel) == (7, {"sku": "A-1"}, "portal_server", "web")
    assert row.session_seq == 1
    assert row.latency_ms is not None
    assert row.latency_ms < 5000
    assert row.correlation_id == response.headers["X-Request-Id"]
    assert row.event_id.version == 7


def test_a_page_that_was_not_shown_leaves_no_view_but_an_error(
    touched: Flask, build: Build, session: Session
) -> None:
    company = build.company()
    client = browser(touched, build, build.user(company), company_id=company.id)
    assert fetch(client, "/t/gone") == 404
    assert fetch(client, "/nowhere") == 404
    assert fetch(client, "/t/forbidden") == 403
    assert [(r.name, r.outcome, r.props.get("status")) for r in logged(session)] == [
        ("error_shown", "not_found", 404),
        ("error_shown", "not_found", 404),
        ("permission_denied", "denied", 403),
    ]
    assert logged(session)[2].props["permission"] == "staff:manage"


def test_a_visitors_errors_are_not_written(touched: Flask, build: Build, session: Session) -> None:
    assert fetch(browser(touched, build), "/nowhere") == 404
    assert logged(session) == []


def test_a_refusal_stands_although_its_transaction_was_rolled_back(
    touched: Flask, build: Build, session: Session
) -> None:
    assert fetch(browser(touched, build, build.user(build.company())), "/t/refused") == 422
    (row,) = logged(session)
    assert (row.name, row.outcome, row.error_code) == ("order_failed", "credit_hold", "credit_limit")


def test_facts_know_the_session_and_the_request(touched: Flask, build: Build, session: Session) -> None:
    client = browser(touched, build, build.user(build.company()))
    for _ in range(3):
        fetch(client, "/t/shown")
        assert fetch(client, "/t/placed", "POST", headers={"X-Request-Id": "request-0001"}) == 200
    rows = logged(session)
    assert sorted(r.session_seq or 0 for r in rows) == [1, 2, 3, 4, 5, 6]
    assert len({r.session_id for r in rows}) == 1
    assert {r.correlation_id for r in rows if r.name == "order_completed"} == {"request-0001"}


def test_a_visitor_is_known_by_a_first_party_cookie_unless_they_object(
    touched: Flask, build: Build, session: Session
) -> None:
    client = browser(touched, build)
    fetch(client, "/t/shown")
    cookie = client.get_cookie(VISITOR_COOKIE)
    assert cookie is not None
    assert cookie.http_only
    fetch(client, "/t/shown")
    fetch(client, "/t/shown", headers={"Sec-GPC": "1"})
    assert [(str(r.visitor_id) == cookie.value, r.dnt) for r in logged(session)] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    objecting = browser(touched, build)
    fetch(objecting, "/t/shown", headers={"DNT": "1"})
    assert objecting.get_cookie(VISITOR_COOKIE) is None
    staff = browser(touched, build, build.user(kind="support"))
    fetch(staff, "/t/shown")
    assert staff.get_cookie(VISITOR_COOKIE) is None
    assert logged(session)[-1].channel == "call_center"


def test_a_log_that_cannot_be_written_breaks_no_page(
    touched: Flask, build: Build, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def connect(self) -> None:
            raise RuntimeError("the database went away")

    monkeypatch.setitem(touched.extensions, "touch_engine", Broken())
    assert fetch(browser(touched, build), "/t/shown") == 200
    assert logged(session) == []


def test_the_cost_of_a_view_is_small(touched: Flask, build: Build) -> None:
    client = browser(touched, build, build.user(build.company()))
    fetch(client, "/t/shown")
    took = []
    for _ in range(50):
        begun = time.perf_counter()
        fetch(client, "/t/shown")
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.1  # a guard against accidents, not a measurement: others may keep the machine busy
