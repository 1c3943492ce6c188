"""Addresses that came from outside."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request, url_for
from werkzeug.routing import BaseConverter, IntegerConverter, Map, PathConverter, ValidationError

from portal.foundation.secrets.handles import HANDLE, Kind, handle, read_handle

LARGEST_ID = 2**63 - 1
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_.-]+")
_WRITTEN = re.compile(r"(?:~[0-9A-F]{2})+")


class IdConverter(IntegerConverter):
    """``<int:…>`` in an address: what a bigint column can hold; anything larger is a page that is not there."""

    def __init__(self, map: Map, max: int | None = LARGEST_ID, **options: Any) -> None:
        super().__init__(map, max=max, **options)

    def to_python(self, value: str) -> int:
        if len(value) > len(str(LARGEST_ID)):
            raise ValidationError
        return int(super().to_python(value))


class HandleConverter(BaseConverter):
    """``<handle(draft):…>`` in an address: a row, by what stands for its number."""

    regex = HANDLE.pattern

    def __init__(self, map: Map, kind: Kind) -> None:
        super().__init__(map)
        self._kind = kind

    def to_url(self, value: int) -> str:
        return handle(self._kind, value)

    def to_python(self, value: str) -> int:
        number = read_handle(self._kind, value)
        if number is None:
            raise ValidationError
        return number


class ItemConverter(PathConverter):
    """``<item:…>`` in an address: a SKU or a product's code, which may be any text that prints.

    Slashes and dots of it mean folders to browsers and proxies, which take some of them out, and percent signs are
    decoded once too often. So they are written as ``~2F``; addresses with plain slashes still lead there.
    """

    def to_url(self, value: object) -> str:
        return _NOT_PLAIN.sub(lambda found: "".join(f"~{byte:02X}" for byte in found[0].encode()), str(value))

    def to_python(self, value: str) -> str:
        plain = _WRITTEN.sub(
            lambda found: bytes.fromhex(found[0].replace("~", "")).decode("utf-8", "replace"), value
        )
        if not plain.isprintable():
            raise ValidationError
        return plain


def local_path(text: str | None, default: str) -> str:
    """A path on this portal, or ``default`` for anything a browser could take for another site's address."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return default
    # Browsers drop tabs and line ends inside an address, and read a backslash as a slash.
    if "\\" in text or any(ord(character) < 33 or ord(character) == 127 for character in text):
        return default
    parts = urlsplit(text)
    return default if parts.scheme or parts.netloc else text


def href_if(endpoint: str, **values: Any) -> str | None:
    """The address of a page, or None in a portal that has no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def came_from() -> str:
    """Path of the page of ours on which the request was made; empty when it was none, or is not told."""
    try:
        parts = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    except ValueError:  # "http://[" is not an address
        return ""
    if parts.netloc != request.host:
        return ""
    return local_path(f"{parts.path}?{parts.query}" if parts.query else parts.path, "")
