"""Every route × every kind of actor, against the table in access_table.py; a denied write changes nothing, and
neither does any GET."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from portal.app import create_app
from portal.foundation.config import Settings
from portal.foundation.statements import counted
from tests.builders import Build
from tests.rules.access_table import columns, lines
from tests.rules.people import ACTORS, World, everybody
from tests.rules.whole_database import Snapshot

DENIED = {"in", "401", "403", "404"}
PROBES = {"static", "health.livez", "health.readyz"}
# Statements a page may take before its response; budgets of single pages are held by their own tests.
MOST_STATEMENTS = 14


@dataclass(frozen=True)
class Route:
    method: str
    rule: str

    @property
    def name(self) -> str:
        return f"{self.method} {shortened(self.rule)}"


def shortened(rule: str) -> str:
    """``/drafts/<draft_id>`` for ``/drafts/<int(max=9):draft_id>``."""
    return re.sub(r"<[^<>]*?:(\w+)>", r"<\1>", rule)


def routes(app: Flask) -> list[Route]:
    found = [
        Route(method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    return sorted(found, key=lambda route: (route.rule, route.method))


def address(route: Route, world: World) -> str:
    """The route's address with this world's order, draft, person …"""
    path = shortened(route.rule)
    begins = [begin for begin in world.other_parts if path.startswith(begin)]
    parts = {**world.parts, **(world.other_parts[max(begins, key=len)] if begins else {})}
    return re.sub(r"<(\w+)>", lambda name: str(parts[name[1]]), path)


def word(method: str, browser: FlaskClient, path: str, form: dict[str, str]) -> str:
    """What came of a request, as the table says it."""
    response = browser.open(path, method=method, data=form if method != "GET" else None)
    status = response.status_code
    assert status < 500, f"{method} {path}: {status}"
    if method == "GET" and status == 302 and response.headers["Location"].startswith("/sign-in?next="):
        return "in"
    if method == "GET" or str(status) in DENIED:
        return str(status)
    return "ok"


@pytest.fixture
def unlocked(settings: Settings, shared_engine: Engine) -> Flask:
    """The app without form tokens; that they are asked for is a test of its own."""
    app = create_app(settings, shared_engine)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


@pytest.fixture
def world(unlocked: Flask, engine: Engine) -> Iterator[World]:
    build = Build(sessionmaker(engine, expire_on_commit=False)())
    yield everybody(build, unlocked)
    build.session.close()


@pytest.fixture
def snapshot(world: World, engine: Engine) -> Iterator[Snapshot]:
    taken = Snapshot(engine)
    yield taken
    taken.close()


def test_every_route_has_a_line_and_every_line_a_route(app: Flask) -> None:
    assert {route.name for route in routes(app)} == set(lines())


def test_the_columns_are_the_actors() -> None:
    assert columns() == ACTORS


@pytest.mark.slow
def test_every_route_answers_every_actor_as_the_table_says(
    unlocked: Flask, world: World, snapshot: Snapshot
) -> None:
    table = lines()
    wrong = []
    for route in routes(unlocked):
        path = address(route, world)
        expected = dict(zip(ACTORS, table.get(route.name, ["?"] * len(ACTORS)), strict=True))
        got = {}
        for actor in ACTORS:
            got[actor] = word(route.method, world.browser(actor), path, world.form)
            changed = snapshot.changed()
            if changed:
                snapshot.restore()
            if route.method == "GET" or got[actor] != "ok":
                wrong += [f"{route.name} changed {table} for {actor}" for table in sorted(changed)]
        if got != expected:
            wrong.append(f"{route.name} {' '.join(got[actor] for actor in ACTORS)}")
    assert wrong == [], "\n" + "\n".join(wrong)


@pytest.mark.slow
def test_no_page_asks_too_much_of_the_database(unlocked: Flask, world: World) -> None:
    much = {}
    for route in routes(unlocked):
        if route.method == "GET":
            path = address(route, world)
            for actor in ACTORS:
                with counted() as heard:
                    response = world.browser(actor).get(path, buffered=False)
                    before_response = len(heard)
                    response.close()
                if before_response > MOST_STATEMENTS:
                    much[f"{route.name} ({actor})"] = before_response
    assert much == {}


def test_every_write_needs_a_form_token(app: Flask, engine: Engine) -> None:
    build = Build(sessionmaker(engine, expire_on_commit=False)())
    world = everybody(build, app)
    build.session.close()
    snapshot = Snapshot(engine)
    try:
        for route in routes(app):
            if route.method != "GET" and route.rule not in WITHOUT_TOKEN:
                for actor in ("visitor", "buyer", "staff_admin"):
                    response = world.browser(actor).open(address(route, world), method=route.method)
                    assert response.status_code == 400, (
                        f"{route.name} without a token: {response.status_code}"
                    )
        assert snapshot.changed() == set()
    finally:
        snapshot.close()


# The browser's beacon carries none and its origin is checked; Stripe's webhook carries a signature.
WITHOUT_TOKEN = {"/beacon", "/hooks/stripe"}
