"""What a refused request asked for, as the log may hold it: whose order was tried, from which network, never a secret."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from typing import TypedDict

from flask import current_app, request

from portal.web.visitor import network_of

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Codes and numbers of ours: CP-100001, C10001, ACME, 2026-05. Whatever else is in an address was typed by somebody.
OURS = re.compile(r"[A-Z]{1,12}[-._]?\d{0,9}|\d{1,6}|\d{4}-\d{2}")
# Unguessable values, which are worth something to whoever reads them.
SECRETS = frozenset({"token"})
MOST = 8


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
