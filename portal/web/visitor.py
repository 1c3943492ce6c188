"""The visitor's network, and their cookie: the same browser is recognized, unless it asks for privacy."""

from __future__ import annotations

import ipaddress
import uuid

from flask import Response, current_app, g, request

from portal.web.sessions import Visit
from portal.web.transaction import only_reads

VISITOR_COOKIE = "portal_visitor"
VISITOR_DAYS = 180


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


def wants_privacy() -> bool:
    """Do Not Track or Global Privacy Control is on."""
    return request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"


def visitor_id() -> uuid.UUID | None:
    """The id that the browser sent; None for a new one, or for something else in its place."""
    try:
        return uuid.UUID(request.cookies.get(VISITOR_COOKIE, ""))
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
        VISITOR_COOKIE,
        str(uuid.uuid4()),
        max_age=VISITOR_DAYS * 86400,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
