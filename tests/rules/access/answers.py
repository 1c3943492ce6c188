"""The routes of the portal, and what comes of asking for one as somebody."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from flask import Flask
from flask.testing import FlaskClient

from portal.foundation.secrets.handles import Kind, handle
from tests.rules.access.people import World

DENIED = {"in", "401", "403", "404"}


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


def pages(app: Flask) -> list[Route]:
    """Routes that only show something."""
    return [route for route in routes(app) if route.method == "GET"]


def writes(app: Flask) -> list[Route]:
    """Routes that change something."""
    return [route for route in routes(app) if route.method != "GET"]


def address(route: Route, world: World) -> str:
    """The route's address with this world's order, draft, person …"""
    path = shortened(route.rule)
    begins = [begin for begin in world.other_parts if path.startswith(begin)]
    parts = {**world.parts, **(world.other_parts[max(begins, key=len)] if begins else {})}

    def filled(found: re.Match[str]) -> str:
        kind, value = found[1], parts[found[2]]
        return handle(cast(Kind, kind), value) if kind else str(value)

    return re.sub(r"<(?:handle\((\w+)\):|[^<>:]*:)?(\w+)>", filled, route.rule)


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


def answers(route: Route, world: World, actors: Iterable[str]) -> dict[str, str]:
    """What each actor gets, one after the other."""
    path = address(route, world)
    return {actor: word(route.method, world.browser(actor), path, world.form) for actor in actors}
