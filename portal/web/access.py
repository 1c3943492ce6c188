"""Closed unless declared: every view names the permission it needs, or says that it is public.

The app refuses to start with an undeclared view. A visitor is sent to sign in; a person without the
permission gets 403, and the refusal is recorded in the touchpoint log.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.web.sessions import visit
from portal.web.transaction import only_reads

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"


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
