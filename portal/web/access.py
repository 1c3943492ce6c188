"""Closed unless declared: every view names the permission it needs, or says that it is public.

The app refuses to start with an undeclared view. A visitor is sent to sign in; a person without the
permission gets 403, and the refusal is recorded in the touchpoint log.

A browser left open, or a copied cookie, is not enough for everything: a view that writes under one of ``PROTECTED``
needs a fresh proof of who is there, and so does every view that is marked ``@confirmed``. What happens when the proof is
too old is in :mod:`portal.accounts.second_factors.views.gate`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.web.sessions import Visit, visit
from portal.web.transaction import only_reads

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
# Who may do what, and working in somebody else's account.
PROTECTED = frozenset({"people:manage", "company:manage", "staff:manage", "delegations:start"})
# A proof is fresh for so long.
FRESH = timedelta(minutes=5)


def needs(permission: str) -> Callable[[View], View]:
    """Declare the permission (``resource:action``) without which a view answers 403."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Declare a view that anybody may see."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return view


def confirmed(view: View) -> View:
    """Declare that a view writes only for somebody who has just proved who they are."""
    view.confirmed = True  # type: ignore[attr-defined]
    return view


def needs_confirmation(view: Callable[..., Any]) -> bool:
    """Whether writing with the view needs a fresh proof."""
    return getattr(view, "confirmed", False) or getattr(view, "permission", None) in PROTECTED


def is_fresh(seen: Visit, *, now: datetime) -> bool:
    """Whether the person proved who they are recently enough, with a second factor if they have one."""
    if seen.confirmed_at is None or (seen.has_second_factor and seen.second_factor_at is None):
        return False
    return now - seen.confirmed_at <= FRESH


def permission_of(app: Flask, endpoint: str) -> str | None:
    """What the view behind an endpoint declares; None if it declares none."""
    return getattr(app.view_functions[endpoint], "permission", None)


def _check() -> Response | None:
    if request.endpoint is None:
        return None  # a 404 or 405 follows
    permission = request_permission()
    if permission == PUBLIC:
        return None
    seen = visit()
    if not seen.is_authenticated:
        if only_reads() and not request.headers.get("HX-Request"):
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
        abort(401)
    if not seen.actor.can(permission):
        abort(403)
    return None


def request_permission() -> str:
    """The permission that the current request's view declares."""
    permission = permission_of(current_app, request.endpoint or "")
    return permission or "nobody:never"


def install(app: Flask) -> None:
    """Check every request before its view runs."""
    app.before_request(_check)


def refuse_undeclared(app: Flask) -> None:
    """Stop the start when a view says nothing about who may see it.

    :raises RuntimeError: naming the views.
    """
    static = {"static"}
    silent = sorted(e for e in app.view_functions if e not in static and permission_of(app, e) is None)
    if silent:
        raise RuntimeError(f"views without a permission: {', '.join(silent)}")
    view: Any = app.view_functions.get("static")
    if view is not None:
        view.permission = PUBLIC
