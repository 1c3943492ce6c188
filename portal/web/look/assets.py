"""Addresses of static files with a hash of their contents, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request, url_for
from markupsafe import Markup

FOREVER = "public, max-age=31536000, immutable"


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def install(app: Flask) -> None:
    """Give templates ``asset('css/app.css')`` and ``once('layouts/_sheets.html')``."""
    folder = Path(app.static_folder or "")
    addresses: dict[str, str] = {}

    def asset(name: str) -> str:
        known = addresses.get(name)
        if known is None or app.debug:
            known = url_for("static", filename=name, v=_digest(folder / name))
            addresses[name] = known
        return known

    pieces: dict[str, Markup] = {}

    def once(template: str) -> Markup:
        """A piece of page that is the same for everybody, rendered once for the life of the process."""
        known = pieces.get(template)
        if known is None or app.debug:
            known = pieces[template] = Markup(app.jinja_env.get_template(template).render())  # noqa: S704  (our own template)
        return known

    def keep(response: Response) -> Response:
        if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
            response.headers["Cache-Control"] = FOREVER
        return response

    app.jinja_env.globals.update(asset=asset, once=once)
    app.after_request(keep)
