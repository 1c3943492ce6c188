"""One log line per request: who (by number), what (the address's pattern, never its query), status and time.

Values in an address (order numbers, search words, tokens) stay out of the log; a
request's own lines carry the same request id, which error pages and the touchpoint log show, too.
"""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g, request

from portal.web.sessions import Visit

log = structlog.get_logger("portal.request")
PROBES = frozenset({"static", "health.livez", "health.readyz"})


def _begin() -> None:
    g.began = time.perf_counter()


def _bind() -> None:
    seen: Visit | None = g.get("visit")  # loaded by the access check; a public page may not need it
    if seen is not None and seen.is_authenticated:
        structlog.contextvars.bind_contextvars(actor_id=seen.actor.user_id, company_id=seen.actor.company_id)


def _end(response: Response) -> Response:
    if request.endpoint in PROBES and response.status_code < 400:
        return response
    _bind()  # signing in makes a nobody somebody
    log.info(
        "request",
        method=request.method,
        path=pattern(),
        status=response.status_code,
        ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
    )
    return response


def pattern() -> str:
    """``/orders/<number>`` instead of the order's own address."""
    return request.url_rule.rule if request.url_rule is not None else "(none)"


def begin(app: Flask) -> None:
    """Take the time; before everything else."""
    app.before_request(_begin)
    app.after_request(_end)


def bind(app: Flask) -> None:
    """Name the person in every line; after the access check."""
    app.before_request(_bind)
