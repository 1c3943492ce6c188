"""Protection against slow request bodies. The server passes a request on before its body has arrived, so a client that
sends half a form could hold a thread indefinitely, and four of them could block the portal.

The server therefore has extra threads that only wait for bodies; the application's own threads, PORTAL_THREADS of them,
work on complete requests.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

READERS = 48  # bodies of one process that may be waited for
LARGEST = 17 * 1024 * 1024  # more than any view takes: the application refuses it unread


class Bodies:
    """Around a WSGI application: waits for the body first, then for one of the application's threads.

    :param threads: requests that are worked on at the same moment.
    """

    def __init__(self, inner: Application, threads: int) -> None:
        self._inner = inner
        self._reading = threading.BoundedSemaphore(READERS)
        self._working = threading.BoundedSemaphore(threads)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        size = int(length) if length.isascii() and length.isdigit() else 0
        if 0 < size <= LARGEST:
            if not self._reading.acquire(blocking=False):
                return _busy(start_response)
            try:
                environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(size))
            finally:
                self._reading.release()
        self._working.acquire()
        try:
            return _Held(self._inner(environ, start_response), self._working)
        except BaseException:
            self._working.release()
            raise


class _Held:
    """An answer on its way: the thread is free when it is closed, or dropped."""

    def __init__(self, answer: Iterable[bytes], working: threading.BoundedSemaphore) -> None:
        self._answer = answer
        self._working: threading.BoundedSemaphore | None = working

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        try:
            close = getattr(self._answer, "close", None)
            if close is not None:
                close()
        finally:
            self._free()

    def __del__(self) -> None:
        self._free()

    def _free(self) -> None:
        working, self._working = self._working, None
        if working is not None:
            working.release()


def _busy(start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = b"Too much is being sent at this moment. Try again in a minute.\n"
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("Retry-After", "30"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response("503 Service Unavailable", headers)
    return [body]
