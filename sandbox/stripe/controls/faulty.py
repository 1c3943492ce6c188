"""Stands before the application and plays the faults that are switched on; ``/_sandbox/`` is never hit."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.stripe.controls import faults
from sandbox.stripe.controls.faults import Fault
from sandbox.stripe.store import Store

Environ = dict[str, Any]
Application = Callable[..., Iterable[bytes]]
HTML = b"<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1><p>The gateway had a bad morning.</p>"
HALF = b'{"id": "pi_123", "object": "payment_int'


class Prey:
    """Processes that may be killed: only those named at the start, and only while they are the same ones."""

    def __init__(self, pids: list[int]) -> None:
        self._handles = {pid: os.pidfd_open(pid) for pid in pids}

    def kill(self, pid: int | None) -> None:
        """SIGKILL to one, or to all.

        :raises ValueError: when it was not named at the start.
        """
        for each in [pid] if pid else list(self._handles):
            if each not in self._handles:
                raise ValueError(f"Process {each} was not named with --may-kill.")
            try:
                signal.pidfd_send_signal(self._handles[each], signal.SIGKILL)
            except ProcessLookupError:
                continue

    def __contains__(self, pid: object) -> bool:
        return pid in self._handles

    def __bool__(self) -> bool:
        return bool(self._handles)


class Faulty:
    """A WSGI application around the sandbox's own."""

    def __init__(self, inner: Application, store: Store, prey: Prey) -> None:
        self._inner = inner
        self._store = store
        self._prey = prey

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        fault = None
        if not path.startswith("/_sandbox"):
            fault = faults.take(self._store, "request", f"{environ['REQUEST_METHOD']} {path}")
        if fault is None:
            return self._inner(environ, start_response)
        self._before(fault, environ)
        if fault.kind == "slow" or (fault.kind == "kill_before" and not _from_portal(environ)):
            return self._inner(environ, start_response)
        if _acted(fault):
            status, headers, body = self._run(environ)
        self._after(fault, environ)
        if fault.kind in {"late_answer", "kill_after"}:
            start_response(status, headers)
            return body
        return _nonsense(fault, start_response)

    def _before(self, fault: Fault, environ: Environ) -> None:
        if fault.kind == "slow":
            seconds = float(fault.options.get("seconds", 5))
            if _from_portal(environ):
                environ["sandbox.pause"] = seconds  # the API waits once it has taken the key
            else:
                time.sleep(seconds)
        elif fault.kind == "kill_before":
            self._prey.kill(fault.options.get("pid"))
            if _from_portal(environ):
                cut(environ)
        elif fault.kind == "cut_before":
            cut(environ)

    def _after(self, fault: Fault, environ: Environ) -> None:
        if fault.kind == "late_answer":
            time.sleep(float(fault.options.get("seconds", 5)))
        elif fault.kind == "kill_after":
            self._prey.kill(fault.options.get("pid"))
            if _from_portal(environ):
                cut(environ)
        elif fault.kind == "lose_answer":
            cut(environ)

    def _run(self, environ: Environ) -> tuple[str, list[tuple[str, str]], list[bytes]]:
        """Carry the request out to its end, its answer in hand."""
        started: list[Any] = []
        result = self._inner(environ, lambda *given: started.append(given))
        try:
            body = list(result)
        finally:
            close = getattr(result, "close", None)
            if close:
                close()
        return started[0][0], started[0][1], body


def _from_portal(environ: Environ) -> bool:
    """A dead caller gets no answer; a payer in front of the page does."""
    return str(environ["PATH_INFO"]).startswith("/v1/")


def _acted(fault: Fault) -> bool:
    """Whether the request is carried out before its answer is spoilt."""
    if fault.kind in {"lose_answer", "late_answer", "kill_after"}:
        return True
    return fault.kind != "rate_limit" and bool(fault.options.get("acted", False))


def cut(environ: Environ) -> None:
    """Close the connection without an answer."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("cut on purpose")


def _nonsense(fault: Fault, start_response: Callable[..., Any]) -> list[bytes]:
    if fault.kind == "rate_limit":
        error = {
            "type": "invalid_request_error",
            "code": "rate_limit",
            "message": "Too many requests, slow down.",
        }
        return _send(start_response, "429 Too Many Requests", "application/json", _json(error))
    if fault.kind == "error_500":
        error = {"type": "api_error", "message": "Something went wrong on our end."}
        return _send(start_response, "500 Internal Server Error", "application/json", _json(error))
    if fault.kind == "html":
        return _send(start_response, "200 OK", "text/html", HTML)
    return _send(start_response, "200 OK", "application/json", HALF)


def _json(error: dict[str, str]) -> bytes:
    return json.dumps({"error": error}).encode()


def _send(start_response: Callable[..., Any], status: str, kind: str, body: bytes) -> list[bytes]:
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
