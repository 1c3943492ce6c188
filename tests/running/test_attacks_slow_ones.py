"""Whoever sends or takes something slowly holds nothing that others need: real sockets against the real server."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from sqlalchemy import text

from tests.builders import Build
from tests.placed_orders import counter
from tests.running.test_serve import HOST, Server, signed_in_as

pytestmark = pytest.mark.slow
POST = (
    f"POST /{{path}} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n{how}\r\n\r\n{begin}"
)
HALF = POST.format(path="sign-in", how="Content-Length: 1000", begin="email=").encode()
CHUNK = POST.format(path="hooks/stripe", how="Transfer-Encoding: chunked", begin="5\r\nemail\r\n").encode()
# An order again and again, each with numbers of its own.
MANY = """
insert into sales_order select (jsonb_populate_record(o, jsonb_build_object('id', o.id + n, 'number', 'M-' || n,
  'placement_token', gen_random_uuid(), 'idempotency_key', 'many-' || n, 'draft_id', null))).*
  from sales_order o, generate_series(1, {many}) as n
"""


@pytest.fixture(scope="module")
def server(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(database_url, tmp_path_factory.mktemp("serve"))
    started.wait_until_ready()
    yield started
    if started.process.poll() is None:
        started.process.terminate()
    started.process.wait(60)


def others_are_served(server: Server) -> None:
    assert [server.get(path)[0] for path in ("/livez", "/sign-in", "/readyz")] == [200] * 3
    form = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    form.request("POST", "/sign-in", b"email=x", {"Host": HOST, "X-Forwarded-Proto": "https"})
    assert form.getresponse().status == 400  # a form without its token, but answered


@pytest.mark.parametrize("begun", [HALF, CHUNK], ids=["announced", "in chunks"])
def test_slow_bodies_keep_nobody_out(server: Server, begun: bytes) -> None:
    """Seen failing with a thread for each: four half-sent forms, or four chunks, and no page was answered."""
    with ExitStack() as slow:
        for _ in range(64):
            each = slow.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            each.sendall(begun)
        others_are_served(server)


def test_a_body_in_chunks_is_read_to_its_end_and_no_further_than_others(server: Server) -> None:
    """Seen failing with chunks left to the application, which waits for them, and without a limit."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as whole:
        whole.sendall(POST.format(path="sign-in", how="Transfer-Encoding: chunked", begin="").encode())
        for piece in (b"email", b"=x&password=y"):
            whole.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            time.sleep(0.05)
        whole.sendall(b"0\r\n\r\n")
        assert whole.recv(12) == b"HTTP/1.1 400"
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as endless:
        endless.sendall(POST.format(path="sign-in", how="Transfer-Encoding: chunked", begin="").encode())
        piece = b"x" * 1024 * 1024
        said = b""
        for _ in range(30):
            try:
                endless.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            except OSError:
                break
        with suppress(OSError):
            said = endless.recv(12)
        assert said in {b"", b"HTTP/1.1 413"}  # the answer may be lost with what nobody reads any longer
    others_are_served(server)


def test_slow_readers_keep_nobody_out(server: Server, build: Build) -> None:
    """Eight people download all their orders and take nothing of it. Seen failing with the thread held until an answer
    is taken."""
    scene = counter(build)
    scene.order(number="M-0")
    build.session.execute(text(MANY.format(many=30_000)))
    build.session.commit()
    with ExitStack() as slow:
        for number in range(8):
            cookie = signed_in_as(
                build, build.user(scene.company, email=f"slow{number}@a.example"), scene.company
            )
            each = slow.enter_context(socket.socket())
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            each.connect(("127.0.0.1", server.port))
            each.sendall(
                f"GET /orders.csv HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\nCookie: {cookie}\r\n\r\n".encode()
            )
            assert each.recv(15) == b"HTTP/1.1 200 OK"
        others_are_served(server)
        assert server.get("/orders", cookie)[0] == 200


def test_the_stop_waits_for_nobody_who_is_slow(server: Server) -> None:
    """Seen failing without cutting them: the server was killed after twenty seconds, and said so."""
    with ExitStack() as slow:
        for begun in (HALF, CHUNK, b"GET /sign-in HTTP/1.1\r\n"):
            each = slow.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            each.sendall(begun)
        others_are_served(server)
        began = time.monotonic()
        server.process.terminate()
        assert server.process.wait(60) == 0
        assert time.monotonic() - began < 15
    assert "refused to gracefully stop" not in server.log.read_text()
    assert "threads" not in server.log.read_text()  # nor a warning about their number
