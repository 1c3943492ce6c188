"""The application's answers, as a thread works them out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import structlog

from portal.running.environ import Environ

Application = Callable[[Any, Any], Iterable[bytes]]  # of PEP 3333
log = structlog.get_logger(__name__)


@dataclass
class Answer:
    """Status, headers and a whole body; or, for a file made while it is sent, its pieces.

    :ivar close: what the application does after its answer.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    pieces: Iterator[bytes] | None = None
    close: Callable[[], object] = field(default=lambda: None)

    def next_piece(self) -> bytes | None:
        """The next piece that is not empty; None after the last."""
        assert self.pieces is not None
        return next(filter(None, self.pieces), None)


def plain(status: int, words: str) -> Answer:
    """A sentence instead of a page: said where there is no time or place for one."""
    body = f"{words}\n".encode()
    headers = {
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "connection": "close",
        **({"retry-after": "30"} if status == 503 else {}),
    }
    return Answer(status, [(name.encode(), value.encode()) for name, value in headers.items()], body)


def worked_out(app: Application, environ: Environ, answered: asyncio.Future[Answer]) -> None:
    """Call the application, hand its answer over, and do what it does afterwards. In a thread."""
    loop = answered.get_loop()
    try:
        answer = _answer(app, environ)
    except BaseException:
        log.exception("the application gave no answer")
        answer = plain(500, "Something went wrong on our side. Try again.")
    loop.call_soon_threadsafe(_set, answered, answer)
    if answer.pieces is None:
        try:
            answer.close()
        except Exception:
            log.exception("what follows an answer failed")


def _set(answered: asyncio.Future[Answer], answer: Answer) -> None:
    if not answered.done():
        answered.set_result(answer)


def _answer(app: Application, environ: Environ) -> Answer:
    head: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        head[:] = [int(status[:3]), headers]

    pieces = app(environ, start_response)
    status, headers = head
    sent = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    close = getattr(pieces, "close", lambda: None)
    is_whole = any(name == b"content-length" for name, _ in sent) or status in {204, 304}
    if is_whole or environ["REQUEST_METHOD"] == "HEAD":
        return Answer(status, sent, b"".join(pieces), close=close)
    return Answer(status, sent, pieces=iter(pieces), close=close)
