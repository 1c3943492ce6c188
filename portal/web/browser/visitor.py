"""The visitor's network, and two cookies: the same browser is recognized for statistics, unless it asks for privacy; and
a browser in which somebody has signed in before is no stranger to their account."""

from __future__ import annotations

import hmac
import ipaddress
import uuid
from base64 import urlsafe_b64encode

import werkzeug.wrappers
from flask import Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer

from portal.foundation.config import Settings
from portal.foundation.tokens import new_token
from portal.web.browser.cookies import cookie_name
from portal.web.sessions import Visit
from portal.web.transaction import only_reads

VISITOR_COOKIE = "portal_visitor"
VISITOR_DAYS = 180
# The tries of a known browser are counted apart, so that no stranger who guesses can keep the person out (OWASP calls
# this a device cookie). It holds no name and opens nothing.
KNOWN_COOKIE = "portal_known"
KNOWN_DAYS = 180
MOST_PEOPLE = 8  # who share the computer at a counter


def network_of(address: str | None) -> str:
    """``203.0.113.0/24`` or ``2001:db8:1::/48``; empty if the address is unknown."""
    try:
        parsed = ipaddress.ip_address((address or "").split("%", maxsplit=1)[0])
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    prefix = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))


def host_of(address: str | None) -> str:
    """The address itself; of an IPv6 one the first half, which names the household. Empty if it is unknown."""
    try:
        parsed = ipaddress.ip_address((address or "").split("%", maxsplit=1)[0])
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and not parsed.ipv4_mapped:
        return str(ipaddress.ip_network(f"{parsed}/64", strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def wants_privacy() -> bool:
    """Do Not Track or Global Privacy Control is on."""
    return request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"


def visitor_id() -> uuid.UUID | None:
    """The id that the browser sent; None for a new one, or for something else in its place."""
    try:
        return uuid.UUID(request.cookies.get(cookie_name(VISITOR_COOKIE, _settings()), ""))
    except ValueError:
        return None


def remember_visitor(response: Response) -> None:
    """Give a new visitor an id with a page that was shown. Staff, and who asks for privacy, get none."""
    page = only_reads() and response.status_code == 200 and response.mimetype == "text/html"
    if not page or wants_privacy() or visitor_id() is not None:
        return
    seen: Visit | None = g.get("visit")
    if seen is not None and seen.actor.is_staff:
        return
    response.set_cookie(
        cookie_name(VISITOR_COOKIE, _settings()),
        str(uuid.uuid4()),
        max_age=VISITOR_DAYS * 86400,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def known_browser(email: str) -> str:
    """The browser's id if the person of this address has signed in with it; empty for a stranger's."""
    browser, people = _read()
    return browser if browser and _mark(email) in people else ""


def remember_browser(response: werkzeug.wrappers.Response, email: str) -> None:
    """Know this browser as one of the person's from now on."""
    browser, people = _read()
    mark = _mark(email)
    kept = [mark, *(each for each in people if each != mark)][:MOST_PEOPLE]
    response.set_cookie(
        cookie_name(KNOWN_COOKIE, _settings()),
        _serializer().dumps([browser or new_token(), kept]),
        max_age=KNOWN_DAYS * 86400,
        secure=_settings().is_secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _read() -> tuple[str, list[str]]:
    try:
        browser, people = _serializer().loads(request.cookies.get(cookie_name(KNOWN_COOKIE, _settings()), ""))
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
