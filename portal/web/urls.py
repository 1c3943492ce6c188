"""Addresses that came from outside."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request


def local_path(text: str | None, default: str) -> str:
    """A path on this portal, or ``default`` for anything a browser could take for another site's address."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return default
    # Browsers drop tabs and line ends inside an address, and read a backslash as a slash.
    if "\\" in text or any(ord(character) < 33 or ord(character) == 127 for character in text):
        return default
    parts = urlsplit(text)
    return default if parts.scheme or parts.netloc else text


def came_from() -> str:
    """Path of the page of ours on which the request was made; empty when it was none, or is not told."""
    parts = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    if parts.netloc != request.host:
        return ""
    return local_path(f"{parts.path}?{parts.query}" if parts.query else parts.path, "")
