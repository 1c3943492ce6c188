"""Addresses of static files with a hash of their contents, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request, url_for

FOREVER = "public, max-age=31536000, immutable"


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def install(app: Flask) -> None:
    """Give templates ``asset('css/app.css')``."""
    folder = Path(app.static_folder or "")
    addresses: dict[str, str] = {}

    def asset(name: str) -> str:
        known = addresses.get(name)
        if known is None or app.debug:
            known = url_for("static", filename=name, v=_digest(folder / name))
            addresses[name] = known
        return known

    def keep(response: Response) -> Response:
        if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
            response.headers["Cache-Control"] = FOREVER
        return response

    app.jinja_env.globals["asset"] = asset
    app.after_request(keep)
