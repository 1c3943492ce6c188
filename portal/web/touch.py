"""Touchpoints of the pages: what was looked at and what was refused, written after the response has left.

Facts belong to use cases (:func:`portal.touchpoints.recording.record`) and commit with the change. What is recorded
here is written in a separate small transaction once the server has closed the response: it can neither slow it down
nor break it, and it also stands when the request's own transaction was rolled back.
"""

from __future__ import annotations

import contextvars
import re
import time
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request
from sqlalchemy import Engine

from portal.touchpoints.insertion import write
from portal.touchpoints.interaction import Interaction, channel_of, set_interaction
from portal.touchpoints.kind import Touch
from portal.touchpoints.recording import Event, check, rows_of
from portal.web.access import PUBLIC, request_permission
from portal.web.asked import staff_look, visitors_key, what_was_asked
from portal.web.browser.visitor import remember_visitor, visitor_id, wants_privacy
from portal.web.facts import ErrorShown, PermissionDenied
from portal.web.security import request_id
from portal.web.sessions import Visit, visit
from portal.web.transaction import now

log = structlog.get_logger(__name__)

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
OUTCOMES = {404: "not_found", 410: "not_found", 409: "conflict", 429: "denied"}
VISITORS = frozenset({401, 403, 404, 410, 422, 429})  # what visitors are refused with
SILENT_ENDPOINTS = frozenset({"static", "touchpoints.beacon", "health.livez", "health.readyz"})


def viewed(what: Touch, **fields: Any) -> None:
    """Record that the person saw something, or was refused.

    :param fields: those of :class:`portal.touchpoints.recording.Event`; ``actor`` and ``now`` are the request's.
    :raises ValueError: when there is no such outcome or link.
    """
    actor = fields.pop("actor", None) or visit().actor
    event = Event(what, actor=actor, now=fields.pop("now", None) or now(), **fields)
    check(event)
    g.setdefault("views", []).append(event)


def interaction(seen: Visit) -> Interaction:
    """The circumstances of this request, as recorded in each of its touchpoints."""
    dnt = wants_privacy()
    trace = TRACEPARENT.fullmatch(request.headers.get("traceparent", ""))
    return Interaction(
        channel=channel_of(seen.actor),
        session_id=seen.session_id,
        visitor_id=None if dnt or seen.actor.is_staff else visitor_id(),
        correlation_id=request_id(),
        trace_id=trace.group(1) if trace else None,
        dnt=dnt,
    )


def _begin() -> None:
    g.touch_started = time.perf_counter()
    g.circumstances = lambda: interaction(visit())


def _record_views(response: Response) -> Response:
    """Runs before the commit, so that facts know their circumstances, and hands views over to the end."""
    try:
        _record_refusal(response.status_code)
        if not g.get("views") and (look := staff_look(response.status_code)) is not None:
            viewed(look.what, key=look.key, account_id=look.account_id)
        session = g.get("db")
        events = _shown(response.status_code)
        if events or (session is not None and session.info.get("touchpoints")):
            where = interaction(visit())
            if session is not None:
                set_interaction(session, where)
            if events:
                _write_after(response, events, where)
        remember_visitor(response)
    except Exception:
        log.exception("a touchpoint could not be recorded", endpoint=request.endpoint)
    return response


def _shown(status: int) -> list[Event]:
    events: list[Event] = g.get("views", [])
    if status == 404 or status >= 500:  # nobody saw what the view had meant to show
        return [event for event in events if event.outcome != "ok"]
    return events


def _record_refusal(status: int) -> None:
    if status < 400 or request.endpoint in SILENT_ENDPOINTS or not _is_told_of(status):
        return
    if g.get("refusal_recorded") or _told_by_view(status):
        return
    g.refusal_recorded = True
    asked = what_was_asked(status)
    key = None if visit().is_authenticated else visitors_key(asked)
    if status == 403:
        permission = request_permission() if request.endpoint else None
        viewed(PermissionDenied(**asked, permission=permission), outcome="denied", error_code="403", key=key)
    else:
        outcome = "system_error" if status >= 500 else OUTCOMES.get(status, "validation_error")
        viewed(ErrorShown(**asked), outcome=outcome, error_code=str(status), key=key)


def _is_told_of(status: int) -> bool:
    """Everything that a signed-in person is refused; of visitors, what pages that need no sign-in refuse."""
    if visit().is_authenticated:
        return True
    return status in VISITORS and bool(request.endpoint) and request_permission() == PUBLIC


def _told_by_view(status: int) -> bool:
    """A refused form: the view has recorded what was refused, with what it was about."""
    is_form = status == 422 or not visit().is_authenticated
    return is_form and any(event.outcome != "ok" for event in g.get("views", []))


def _write_after(response: Response, events: list[Event], where: Interaction) -> None:
    latency = int((time.perf_counter() - g.get("touch_started", time.perf_counter())) * 1000)
    engine: Engine = current_app.extensions["touch_engine"]
    g.views = []

    def close() -> None:
        # In a separate context: this is no longer part of the request that is being counted or logged.
        contextvars.Context().run(_write, engine, events, where, latency)

    response.call_on_close(close)


def _write(engine: Engine, events: list[Event], where: Interaction, latency_ms: int) -> None:
    try:
        rows = rows_of(events, where, latency_ms=latency_ms)
        with engine.connect() as connection:
            write(connection, rows, tolerant=True)
    except Exception:
        names = [event.name for event in events]
        log.exception("touchpoints were not written", request_id=where.correlation_id, names=names)


def install(app: Flask) -> None:
    """Record what every request of ``app`` shows and refuses. After the transaction: its handlers run in reverse."""
    engine: Engine = app.extensions["engine"]
    # One statement is one transaction: no BEGIN, no COMMIT, no wait for the disk.
    app.extensions["touch_engine"] = engine.execution_options(isolation_level="AUTOCOMMIT")
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_record_views)
    app.context_processor(lambda: {"beacon_url": "/beacon"})
