"""Browsers in which somebody has signed in before. Their tries are counted apart, so that no stranger who guesses can
keep the person out (OWASP calls this a device cookie). The cookie holds no name and opens nothing."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from portal.foundation.config import Settings
from portal.foundation.tokens import new_token

COOKIE = "portal_known"
DAYS = 180
MOST_PEOPLE = 8  # who share the computer at a counter


def known_browser(email: str) -> str:
    """The browser's id if the person of this address has signed in with it; empty for a stranger's."""
    browser, people = _read()
    return browser if browser and _mark(email) in people else ""


def remember_browser(response: Response, email: str) -> None:
    """Know this browser as one of the person's from now on."""
    browser, people = _read()
    mark = _mark(email)
    kept = [mark, *(each for each in people if each != mark)][:MOST_PEOPLE]
    response.set_cookie(
        COOKIE,
        _serializer().dumps([browser or new_token(), kept]),
        max_age=DAYS * 86400,
        secure=_settings().is_secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _read() -> tuple[str, list[str]]:
    try:
        browser, people = _serializer().loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return "", []
    return browser, people


def _mark(email: str) -> str:
    digest = hmac.digest(_settings().secret_key.encode(), f"known browser of {email}".encode(), "sha256")
    return urlsafe_b64encode(digest[:9]).decode()


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(_settings().secret_key, salt="known browser")


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
