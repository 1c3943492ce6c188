"""The beacon takes samples from pages of ours, once each, and nothing else."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.touchpoints import views
from portal.touchpoints.models import Touchpoint
from portal.touchpoints.scrub import scrubbed
from tests.builders import Build
from tests.pages.web.test_touch_views import browser, fetch, logged

OURS = {"Sec-Fetch-Site": "same-origin"}


def sample(**fields: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "kind": "dwell", "path": "/beacon", "dwell_ms": 4200, **fields}


def send(client: Any, data: Any, headers: dict[str, str] = OURS) -> int:
    body = data if isinstance(data, str) else json.dumps(data)
    return fetch(client, "/beacon", "POST", data=body, content_type="application/json", headers=headers)


def test_a_sample_is_taken_once(app: Flask, build: Build, session: Session) -> None:
    company = build.company()
    client = browser(app, build, build.user(company), company_id=company.id)
    given = sample(path="/readyz?x=1")
    assert [send(client, given) for _ in range(3)] == [204, 204, 204]
    assert (
        send(client, sample(kind="script_error", message="no x at ann@example.com, call 518 555 0100")) == 204
    )
    dwell, failure = logged(session)
    assert (dwell.name, dwell.source, dwell.dwell_ms) == ("page_left", "portal_client", 4200)
    assert (dwell.props, dwell.account_id, dwell.latency_ms) == ({"page": "health.readyz"}, company.id, None)
    assert failure.props["message"] == "no x at [mail] call [number]"
    assert [dwell.session_seq, failure.session_seq] == [1, 2], "a repeat leaves no gap"
    assert dwell.valid
    assert failure.valid


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_sites_are_refused(app: Flask, build: Build, session: Session, headers: dict[str, str]) -> None:
    assert send(browser(app, build), sample(), headers) == 403
    assert session.scalar(select(func.count()).select_from(Touchpoint)) == 0


def test_older_browsers_are_known_by_their_origin(app: Flask, build: Build, session: Session) -> None:
    assert send(browser(app, build), sample(), {"Origin": "http://localhost"}) == 204
    assert len(logged(session)) == 1


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "[]",
        "null",
        {"kind": "dwell"},
        sample(kind="order_completed"),
        sample(dwell_ms=-1),
        sample(dwell_ms="x"),
        sample(dwell_ms=10**12),
        sample(id="'; drop"),
    ],
)
def test_nonsense_is_refused(app: Flask, build: Build, session: Session, data: Any) -> None:
    assert send(browser(app, build), data) == 400
    assert logged(session) == []


def test_a_large_or_frequent_sample_is_refused(app: Flask, build: Build, session: Session) -> None:
    client = browser(app, build, build.user(build.company()))
    assert send(client, sample(message="x" * 3000)) == 413
    views._recent.clear()
    # The minute may change meanwhile; twice as many are too many for two of them, too.
    assert [send(client, sample()) for _ in range(2 * views.PER_MINUTE + 2)].count(429) >= 1
    assert len(logged(session)) <= 2 * views.PER_MINUTE + 1


def test_who_objects_is_not_measured(app: Flask, build: Build, session: Session) -> None:
    assert send(browser(app, build), sample(), {**OURS, "DNT": "1"}) == 204
    assert logged(session) == []


def test_scrubbing_takes_what_could_name_a_person() -> None:
    assert scrubbed("mail bob.o'neil@paint.example now") == "mail [mail] now"
    assert scrubbed("+1 (518) 555-0100") == "[number]"
    assert scrubbed("/orders?q=Dana line 42") == "/orders line 42"
