"""A form belongs to the session, the company and the stay in a customer's account in which it was shown.

Its token says which, sealed with the secret key. Sent from anywhere else, nothing is done: a tab that was left open must
not act on the company that its person has moved to since, and a token planted by somebody else belongs to no session but
theirs. Requests of scripts carry the same in a header, so that a page never fills with another company's rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, request
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from portal.foundation.secrets.handles import Kind, handle, read_handle
from portal.web.access import PUBLIC, request_permission
from portal.web.htmx import wants_fragment
from portal.web.sessions import visit
from portal.web.transaction import SAFE_METHODS

View = TypeVar("View", bound=Callable[..., Any])
Answer = Response | tuple[str, int]
HEADER = "X-Form-Place"
_BETWEEN = "~"  # occurs in neither part


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form was shown: in which session, for which company, in which stay of a rep."""

    session_id: int | None
    company_id: int | None
    delegation_id: int | None


class FormTokens(CSRFProtect):
    """Takes the place from a token before what is left of it is checked."""

    def _get_csrf_token(self) -> str | None:
        token, _, place = (super()._get_csrf_token() or "").partition(_BETWEEN)
        g.form_place = place
        return token or None


csrf = FormTokens()


def form_token() -> str:
    """The token of every form that this request shows."""
    return f"{generate_csrf()}{_BETWEEN}{sealed_place()}"


def sealed_place() -> str:
    """The place of this request, for forms and scripts to carry."""
    known: str | None = g.get("sealed_place")
    if known is None:
        g.sealed_place = known = str(_serializer().dumps(_handles(_here())))
    return known


def sent_anywhere(view: View) -> View:
    """Declare a view whose form says itself what it is about: leaving where one is, or going somewhere by name."""
    view.sent_anywhere = True  # type: ignore[attr-defined]
    return view


def _here() -> Place:
    seen = visit()
    return Place(seen.session_id, seen.actor.company_id, seen.actor.delegation_id)


def _handles(here: Place) -> list[str | None]:
    """Signed is not hidden: whoever reads a form reads what its token says."""
    known: list[tuple[Kind, int | None]] = [
        ("session", here.session_id),
        ("company", here.company_id),
        ("stay", here.delegation_id),
    ]
    return [None if number is None else handle(kind, number) for kind, number in known]


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="form-place")


def _shown(sealed: str) -> Place | None:
    try:
        session, company, stay = _serializer().loads(sealed)
    except (BadSignature, TypeError, ValueError):
        return None
    return Place(read_handle("session", session), read_handle("company", company), read_handle("stay", stay))


def _check() -> Answer | None:
    if (
        request.endpoint is None
        or request_permission() == PUBLIC
        or not current_app.config["WTF_CSRF_ENABLED"]
    ):
        return None
    seen = visit()
    if not seen.is_authenticated or seen.stay_is_over:
        return None  # is told so elsewhere
    if request.method in SAFE_METHODS:
        return _check_script()
    shown = _shown(g.get("form_place", ""))
    if shown is None or shown.session_id != seen.session_id:
        abort(400)
    view = current_app.view_functions[request.endpoint]
    if shown == _here() or getattr(view, "sent_anywhere", False):
        return None
    elsewhere: Callable[[Place], Answer | None] = current_app.extensions["form_elsewhere"]
    return elsewhere(shown)


def _check_script() -> Answer | None:
    sealed = request.headers.get(HEADER)
    if sealed is None or not wants_fragment() or _shown(sealed) == _here():
        return None
    return Response(status=409, headers={"HX-Refresh": "true"})


def install(app: Flask) -> None:
    """Check that every form was made here, before anything else looks at it."""
    csrf.init_app(app)


def bind(app: Flask, elsewhere: Callable[[Place], Answer | None]) -> None:
    """Check where every form was shown, once it is known who sends it and before whether they may.

    :param elsewhere: answers a form that was shown in another place of the same session; None lets it through.
    """
    app.extensions["form_elsewhere"] = elsewhere
    app.before_request(_check)
