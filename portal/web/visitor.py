"""The visitor's cookie: the same browser is recognized, unless it asks for privacy."""

from __future__ import annotations

import uuid

from flask import Response, current_app, g, request

from portal.web.cookies import cookie_name
from portal.web.sessions import Visit

VISITOR_COOKIE = "portal_visitor"
VISITOR_DAYS = 180


def _name() -> str:
    return cookie_name(VISITOR_COOKIE, current_app.extensions["settings"])


def wants_privacy() -> bool:
    """Do Not Track or Global Privacy Control is on."""
    return request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"


def visitor_id() -> uuid.UUID | None:
    """The id that the browser sent; None for a new one, or for something else in its place."""
    try:
        return uuid.UUID(request.cookies.get(_name(), ""))
    except ValueError:
        return None


def remember_visitor(response: Response) -> None:
    """Give a new visitor an id with a page that was shown. Staff, and who asks for privacy, get none."""
    page = request.method == "GET" and response.status_code == 200 and response.mimetype == "text/html"
    if not page or wants_privacy() or visitor_id() is not None:
        return
    seen: Visit | None = g.get("visit")
    if seen is not None and seen.actor.is_staff:
        return
    response.set_cookie(
        _name(),
        str(uuid.uuid4()),
        max_age=VISITOR_DAYS * 86400,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
