"""Addresses of static files with a hash of their contents, so that browsers may keep them forever."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, make_response, request, url_for

from portal.web.look.bundles import NAME, bundle

FOREVER = "public, max-age=31536000, immutable"
THEMES = frozenset({"light", "dark"})


_made = cache(bundle)


def _bundle(name: str, folder: Path) -> tuple[str, str] | None:
    if current_app.debug:
        _made.cache_clear()
    return _made(name, folder)


def _asset_of(app: Flask) -> Callable[[str], str]:
    folder = Path(app.static_folder or "")
    addresses: dict[str, str] = {}

    def asset(name: str) -> str:
        known = addresses.get(name)
        if known is None or app.debug:
            made = _bundle(name, folder)
            digest = hashlib.sha256(made[1].encode() if made else (folder / name).read_bytes()).hexdigest()[
                :12
            ]
            known = addresses[name] = url_for("static", filename=name, v=digest)
        return known

    return asset


def _serve_of(app: Flask) -> Callable[[str], Response]:
    folder = Path(app.static_folder or "")

    def serve(filename: str) -> Response:
        """A static file, or what is put together from several."""
        made = _bundle(filename, folder) if NAME.fullmatch(filename) else None
        if made is None:
            return app.send_static_file(filename)
        response = make_response(made[1])
        response.mimetype = made[0]
        response.add_etag()
        response.make_conditional(request)
        return response

    return serve


def chosen_theme() -> str:
    """Light or dark, if somebody chose it on this device; empty where the device decides."""
    theme = request.cookies.get("portal_theme", "")
    return theme if theme in THEMES else ""


def _keep(response: Response) -> Response:
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.headers["Cache-Control"] = FOREVER
    return response


def install(app: Flask) -> None:
    """Give templates ``asset('img/mark.svg')`` and ``theme()``, and serve what :mod:`bundles` puts together."""
    app.jinja_env.globals.update(asset=_asset_of(app), theme=chosen_theme)
    app.view_functions["static"] = _serve_of(app)
    app.after_request(_keep)
