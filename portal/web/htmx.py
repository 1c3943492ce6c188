"""Fragments: the same address answers a script with the part of the page that changes."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response


def wants_fragment() -> bool:
    """True when htmx asks for a part of the page; going back in the history asks for all of it."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")


def go(path: str) -> Response:
    """Send the person to another page of ours, whichever way the page asked."""
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": path})
    return redirect(path, 303)
