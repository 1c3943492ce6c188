"""What a request asked for, as the log may hold it: whose order was tried or shown, from which network, never a secret."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

from flask import current_app, g, request

from portal.touchpoints.facts import HistoryLookedUp
from portal.touchpoints.interaction import companies_shown
from portal.web.access import PUBLIC, request_permission
from portal.web.browser.visitor import network_of
from portal.web.sessions import visit
from portal.web.transaction import now, only_reads

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Codes and numbers of ours: CP-100001, C10001, ACME, 2026-05. Whatever else is in an address was typed by somebody.
OURS = re.compile(r"[A-Z]{1,12}[-._]?\d{0,9}|\d{1,6}|\d{4}-\d{2}")
# Unguessable values, which are worth something to whoever reads them.
SECRETS = frozenset({"token"})
MOST = 8
# Permissions of pages on which staff see themselves and their colleagues, and no customer.
NO_CUSTOMER = frozenset({PUBLIC, "account:manage", "staff:manage"})
POLLED_SECONDS = 300


class Asked(TypedDict):
    """Properties that every refusal has."""

    endpoint: str | None
    method: str
    status: int
    asked: list[str] | None
    network: str | None


def what_was_asked(status: int) -> Asked:
    """The page, the object and the network of this request."""
    return {
        "endpoint": request.endpoint,
        "method": request.method if request.method in METHODS else "other",
        "status": status,
        "asked": list(_objects())[:MOST] or None,
        "network": network_of(request.remote_addr) or None,
    }


def visitors_key(asked: Asked) -> str:
    """Keeps what visitors of one network are refused on a page in the same way to one in five minutes: whoever tries link
    after link does not fill the log."""
    who = f"{asked['network']}:{asked['method']}:{asked['endpoint']}:{asked['status']}"
    return f"refused:{_hashed(who)}:{int(now().timestamp()) // POLLED_SECONDS}"


@dataclass(frozen=True, slots=True)
class Look:
    """A page with customers' data that staff were shown. ``key`` keeps what is asked again and again to one in five
    minutes: a board that refreshes itself."""

    what: HistoryLookedUp
    account_id: int | None
    key: str | None


def staff_look(status: int) -> Look | None:
    """What to record of a page that recorded nothing itself; None unless staff were shown a customer's data."""
    seen = visit()
    if status != 200 or not seen.actor.is_staff or not only_reads() or request_permission() in NO_CUSTOMER:
        return None
    session = g.get("db")
    shown = g.get("companies_shown") or (companies_shown(session) if session is not None else [])
    what = HistoryLookedUp(
        opened=(request.endpoint or "").rpartition(".")[2],
        page=request.endpoint,
        asked=list(_objects())[:MOST] or None,
        accounts=shown if len(shown) > 1 else None,
    )
    key = None
    if "HX-Request" in request.headers:
        key = f"looked:{seen.session_id}:{_hashed(request.full_path)}:{int(now().timestamp()) // POLLED_SECONDS}"
    return Look(what, shown[0] if len(shown) == 1 else None, key)


def _objects() -> Iterator[str]:
    if request.url_rule is None:
        yield f"path={_hashed(request.path)}"
        return
    for name, value in (request.view_args or {}).items():
        yield f"{name}={_told(name, value)}"
    # Only what has been read already: a refusal never waits for a body.
    form = request.__dict__.get("form") or {}
    for name in form:
        if name == "subject" or name.endswith("_id"):
            yield f"{name}={_told(name, form[name])}"


def _told(name: str, value: object) -> str:
    text = str(value)
    plain = isinstance(value, int) or OURS.fullmatch(text) is not None
    return text if plain and name not in SECRETS else _hashed(text)


def _hashed(text: str) -> str:
    """The same for the same text, and nothing that can be tried out without the portal's key."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return "#" + hmac.new(key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:16]
