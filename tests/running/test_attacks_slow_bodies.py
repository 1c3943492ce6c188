"""Whoever sends half a form and then nothing holds no thread that others need."""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.running.bodies import READERS, Bodies
from tests.running.test_serve import HOST, Server

HALF = (
    f"POST /sign-in HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nemail="
).encode()


@pytest.mark.slow
def test_half_sent_forms_keep_nobody_out(database_url: str, tmp_path: Path) -> None:
    """Seen failing with the server's threads alone: four half-sent forms, and no page was answered until they left."""
    server = Server(database_url, tmp_path)
    slow: list[socket.socket] = []
    try:
        server.wait_until_ready()
        for _ in range(24):
            slow.append(socket.create_connection(("127.0.0.1", server.port)))
            slow[-1].sendall(HALF)
        assert [server.get(path)[0] for path in ("/livez", "/sign-in", "/readyz")] == [200] * 3
        form = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        form.request("POST", "/sign-in", b"email=x", {"Host": HOST, "X-Forwarded-Proto": "https"})
        assert form.getresponse().status == 400  # a form without its token, but answered
    finally:
        for each in slow:
            each.close()
        server.process.terminate()
        server.process.wait(60)


class Never(io.BytesIO):
    """Has announced a body that nobody may read."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise AssertionError("read")


def called(app: Bodies, **environ: Any) -> tuple[str, Any]:
    said: list[str] = []
    answer = app({"wsgi.input": io.BytesIO(b"a=1"), **environ}, lambda status, headers: said.append(status))
    return said[0], answer


def test_a_thread_is_free_again_however_an_answer_ends() -> None:
    closed: list[int] = []

    class Answer:
        def __iter__(self) -> Iterator[bytes]:
            yield b"1"

        def close(self) -> None:
            closed.append(1)

    def inner(environ: dict[str, Any], start_response: Any) -> Any:
        assert environ["wsgi.input"].read() == b"a=1"
        start_response("200 OK", [])
        if environ.get("fails"):
            raise ValueError("no page")
        return Answer()

    app = Bodies(inner, threads=1)
    for _ in range(3):
        _, answer = called(app, CONTENT_LENGTH="3")
        assert b"".join(answer) == b"1"
        answer.close()
        answer.close()
        called(app, CONTENT_LENGTH="3")  # dropped without having been read
        with pytest.raises(ValueError, match="no page"):
            called(app, CONTENT_LENGTH="3", fails=True)
    assert closed
    assert app._working.acquire(blocking=False)
    assert not app._working.acquire(blocking=False)


def test_what_is_too_large_is_left_to_the_application_unread_and_too_many_are_turned_away() -> None:
    def inner(environ: dict[str, Any], start_response: Any) -> Any:
        start_response("413 Payload Too Large", [])
        return []

    app = Bodies(inner, threads=1)
    assert called(app, CONTENT_LENGTH="99999999999", **{"wsgi.input": Never()})[0].startswith("413")
    assert called(app, CONTENT_LENGTH="-5", **{"wsgi.input": Never()})[0].startswith("413")
    for _ in range(READERS):
        assert app._reading.acquire(blocking=False)
    assert called(app, CONTENT_LENGTH="3")[0].startswith("503")
