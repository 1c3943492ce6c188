"""Text goes out compressed to browsers that take it.

A page that is compressed may tell by its length what it holds, to whoever can make a browser ask for it again and again
with words of their own in the address (BREACH). Each answer is therefore longer by a random number of bytes, in the
name that a gzip file may carry: https://ieeexplore.ieee.org/document/9754554 (Heal the Breach).
"""

from __future__ import annotations

import secrets
import zlib
from functools import lru_cache

from flask import Flask, Response, request

SMALLEST = 500  # bytes; below it the head of the file outweighs what is saved
MOST_PADDING = 100  # bytes
PAGES, FILES = 1, 9  # how hard to try: pages are made for one reader, files for all
TEXTS = ("text/", "image/svg+xml", "application/json", "application/javascript", "application/problem+json")
_HEAD = b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff"  # gzip with a name, of no time, of no system


def gzipped(data: bytes, *, level: int, padding: int) -> bytes:
    """``data`` as a gzip file with a name of ``padding`` letters (RFC 1952)."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    tail = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    return b"".join((_HEAD, b"a" * padding, b"\0", deflate.compress(data), deflate.flush(), tail))


@lru_cache(maxsize=64)
def _gzipped_file(data: bytes) -> bytes:
    return gzipped(data, level=FILES, padding=0)


def _compress(response: Response) -> Response:
    if not (response.mimetype or "").startswith(TEXTS) or (response.is_streamed and not _is_file(response)):
        return response
    response.vary.add("Accept-Encoding")
    if (response.status_code != 200 and response.status_code < 400) or "Content-Encoding" in response.headers:
        return response
    if not request.accept_encodings.quality("gzip"):
        return response
    response.direct_passthrough = False
    data = response.get_data()
    if len(data) < SMALLEST:
        return response
    response.set_data(
        _gzipped_file(data)
        if _is_file(response)
        else gzipped(data, level=PAGES, padding=secrets.randbelow(MOST_PADDING + 1))
    )
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)
    return response


def _is_text(response: Response) -> bool:
    kind = response.mimetype or ""
    return kind.startswith(TEXTS) and (_is_file(response) or not response.is_streamed)


def _is_file(response: Response) -> bool:
    return request.endpoint == "static"


def install(app: Flask) -> None:
    """Compress pages, data and static files; not what is made while it is sent."""
    app.after_request(_compress)
