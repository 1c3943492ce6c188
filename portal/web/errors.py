"""Error pages: what happened, in a sentence, and what to do next. They need no database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, render_template
from psycopg.errors import NumericValueOutOfRange
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from portal.foundation.errors import NotFound, Rejected
from portal.web.answers.heavy import RETRY_SECONDS, Busy
from portal.web.answers.request_log import pattern
from portal.web.security import request_id
from portal.web.sessions import NOBODY, sign_in_again

log = structlog.get_logger(__name__)

TEXTS = {
    400: ("That request was not understood", "Go back, reload the page and try again."),
    401: ("Please sign in", "Your session has ended. Sign in and you come back to where you were."),
    403: ("This is not open to you", "Ask your company's administrator if you need it."),
    404: ("We can't find that page", "It may have moved, or the address has a typing mistake."),
    405: ("That can't be done here", "Go back and use the buttons on the page."),
    409: ("That was already sent", "The same form was sent before with other contents. Check your orders."),
    413: ("That is too large", "Send less at once, for example a shorter list."),
    415: ("That kind of file is not read here", "Use a CSV file."),
    422: ("Something needs correcting", "Go back and look at the marked fields."),
    429: ("Too many tries", "Wait a few minutes, then try again."),
    500: (
        "Something went wrong on our side",
        "Nothing was lost or charged. Try again, or tell us the number below.",
    ),
    503: ("We are busy or being updated", "Try again in a minute."),
}


def error_page(code: int, message: str | None = None, heading: str | None = None) -> tuple[str, int]:
    """The page for a status; ``message`` and ``heading`` replace the standard ones."""
    usual, standard = TEXTS.get(code, TEXTS[500])
    return (
        render_template(
            "errors/error.html",
            code=code,
            heading=heading or usual,
            message=message or standard,
            next_label="Sign in" if code == 401 else "Go to the start page",
            next_href=sign_in_again() if code == 401 else "/",
            request_id=request_id(),
        ),
        code,
    )


def _not_found(error: NotFound) -> tuple[str, int]:
    return error_page(404)


def _refused(error: Rejected) -> tuple[str, int] | tuple[str, int, dict[str, str]]:
    # A page with a form shows a refusal beside its field; a mere button has none.
    wait = getattr(error, "retry_after", None)  # of whatever is limited in time
    if isinstance(wait, int):
        return *error_page(429, error.message), {"Retry-After": str(wait)}
    code = 409 if error.outcome == "conflict" else 422
    return error_page(code, error.message, "That could not be done")


def _busy(no: Busy) -> Any:
    return *error_page(no.status, no.message, no.heading), [("Retry-After", str(RETRY_SECONDS))]


def _wrong_host(error: SecurityError) -> Response:
    # An error page has links, and which host they should name is just what is not known here.
    return Response("This host name is not served here.\n", 400, mimetype="text/plain")


def _http_error(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400:
        return error
    body, status = error_page(code if code in TEXTS else (400 if code < 500 else 500))
    headers = [(k, v) for k, v in error.get_headers() if k in {"Allow", "Retry-After"}]
    return body, status, headers


def _wrong_data(error: DataError) -> Any:
    # A form named an id that no column can hold: there is no such row.
    return error_page(404) if isinstance(error.orig, NumericValueOutOfRange) else _crash(error)


def _crash(error: Exception) -> Any:
    log.exception("request failed", path=pattern())
    if current_app.testing:
        raise error
    g.setdefault("visit", NOBODY)  # the page must not ask a database that may be the cause
    if isinstance(error, OperationalError | PoolTimeout):
        return *error_page(503), [("Retry-After", "30")]
    return error_page(500)


HANDLERS: dict[type[Exception], Callable[[Any], Any]] = {
    NotFound: _not_found,
    Rejected: _refused,
    SecurityError: _wrong_host,
    Busy: _busy,
    HTTPException: _http_error,
    DataError: _wrong_data,
    Exception: _crash,
}


def install(app: Flask) -> None:
    """Answer every failure with a page of ours."""
    for kind, handler in HANDLERS.items():
        app.register_error_handler(kind, handler)
