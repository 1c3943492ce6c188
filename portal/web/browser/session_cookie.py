"""The cookie that holds a session's token."""

from __future__ import annotations

from flask import current_app
from werkzeug.wrappers import Response

from portal.foundation.config import Settings
from portal.web.browser.cookies import cookie_name

COOKIE = "portal_session"


def set_cookie(response: Response, token: str) -> None:
    """Give the browser its session token; no script can read it."""
    settings: Settings = current_app.extensions["settings"]
    response.set_cookie(
        cookie_name(COOKIE, settings),
        token,
        max_age=settings.session_max_days * 86400,
        secure=settings.is_secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def clear_cookie(response: Response) -> None:
    """Take the token back; the row has been ended already."""
    settings: Settings = current_app.extensions["settings"]
    response.delete_cookie(
        cookie_name(COOKIE, settings), path="/", secure=settings.is_secure, httponly=True, samesite="Lax"
    )
