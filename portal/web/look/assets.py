"""Addresses of static files with a hash of their contents, so that browsers may keep them forever."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from flask import Flask, Response, request, url_for
from markupsafe import Markup

FOREVER = "public, max-age=31536000, immutable"


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _asset_of(app: Flask) -> Callable[[str], str]:
    folder = Path(app.static_folder or "")
    addresses: dict[str, str] = {}

    def asset(name: str) -> str:
        known = addresses.get(name)
        if known is None or app.debug:
            known = addresses[name] = url_for("static", filename=name, v=_digest(folder / name))
        return known

    return asset


def _once_of(app: Flask) -> Callable[[str], Markup]:
    pieces: dict[str, Markup] = {}

    def once(template: str) -> Markup:
        """A piece of page that is the same for everybody, rendered once in the life of the process."""
        known = pieces.get(template)
        if known is None or app.debug:
            known = pieces[template] = Markup(app.jinja_env.get_template(template).render())  # noqa: S704  (our own template)
        return known

    return once


def _keep(response: Response) -> Response:
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.headers["Cache-Control"] = FOREVER
    return response


def install(app: Flask) -> None:
    """Give templates ``asset('css/app.css')`` and ``once('layouts/_sheets.html')``."""
    app.jinja_env.globals.update(asset=_asset_of(app), once=_once_of(app))
    app.after_request(_keep)
