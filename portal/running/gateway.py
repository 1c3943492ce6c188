"""Between the server and the application: what is slow waits in the event loop, and threads only work.

The application is WSGI and blocks, so it runs in threads, PORTAL_THREADS of them at a time. Bodies are taken in before
(portal/running/bodies.py), and an answer is given to the server when it is whole; the thread is then free, however long
the other side takes. A file that is made while it is sent gets a thread for each piece only.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from portal.running import sockets, turns
from portal.running.answers import Answer, Application, plain, worked_out
from portal.running.bodies import Bodies, Gone, Message, Receive, Refused
from portal.running.environ import Environ, Scope, environ_of, headers_of
from portal.running.turns import Turn
from portal.web.answers.heavy import TURN

Send = Callable[[Message], Awaitable[None]]
T = TypeVar("T")

WHOLE = 128 * 1024  # bytes that are handed over at once; a longer answer goes in pieces
PIECE = 64 * 1024
# Seconds in which the other side takes a piece. Slower, and it is cut off.
TAKES_A_PIECE = 30.0
STREAMS = 12  # files of one process that are being sent while they are made


class Gateway:
    """An ASGI application around a WSGI one.

    :param threads: requests that are worked on at the same moment.
    """

    def __init__(self, app: Application, threads: int) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(threads + turns.ASIDE, thread_name_prefix="page")
        self._places = asyncio.Semaphore(threads)
        self._next_piece = asyncio.Semaphore(1)
        self._streams = 0
        self._bodies = Bodies()
        self.at_work: set[sockets.Peer] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = (str(scope["client"][0]), int(scope["client"][1]))
        headers = headers_of(scope)
        try:
            async with self._bodies.taken(headers, receive) as body:
                self.at_work.add(peer)
                context = contextvars.copy_context()
                answer = await self._work(environ_of(scope, headers, body), context)
            self.at_work.discard(peer)
            await self._give(answer, context, receive, send)
        except Refused as no:
            await self._give(plain(no.status, no.words), contextvars.copy_context(), receive, send)
        except (Gone, TimeoutError):
            sockets.cut(peer)
        finally:
            self.at_work.discard(peer)

    async def _work(self, environ: Environ, context: contextvars.Context) -> Answer:
        """Have a thread work on the request when it is its turn. Its last part, after the answer, has left the caller."""
        await self._places.acquire()
        environ[TURN] = turn = Turn(self._places)
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Answer] = loop.create_future()
        done = loop.run_in_executor(self._threads, context.run, worked_out, self._app, environ, answered)
        done.add_done_callback(lambda _: turn.free())
        answer = await answered
        if answer.pieces is not None:
            await asyncio.wait([done])  # its thread is about to leave the context, which the pieces need
        return answer

    async def _give(self, answer: Answer, context: contextvars.Context, receive: Receive, send: Send) -> None:
        if answer.pieces is not None and self._streams >= STREAMS:
            await self._in_thread(context, answer.close)
            answer = plain(503, "Many files are being sent at this moment. Try again in a minute.")
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if answer.pieces is not None:
            await self._stream(answer, context, receive, send)
        elif len(answer.body) <= WHOLE:
            await send({"type": "http.response.body", "body": answer.body, "more_body": False})
        else:
            for at in range(0, len(answer.body), PIECE):
                await _piece(send, answer.body[at : at + PIECE])
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _stream(
        self, answer: Answer, context: contextvars.Context, receive: Receive, send: Send
    ) -> None:
        gone = asyncio.ensure_future(_until_gone(receive))
        self._streams += 1
        try:
            while not gone.done():
                async with self._next_piece:
                    piece = await self._in_thread(context, answer.next_piece)
                if piece is None:
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
                    return
                await _piece(send, piece)
            raise Gone
        finally:
            self._streams -= 1
            gone.cancel()
            await self._in_thread(context, answer.close)

    async def _in_thread(self, context: contextvars.Context, step: Callable[[], T]) -> T:
        """A step of the application, in the request's own context. What has begun is waited for, whatever happens, since
        only one thread at a time may be in there."""
        job = asyncio.get_running_loop().run_in_executor(self._threads, context.run, step)
        try:
            return await asyncio.shield(job)
        except asyncio.CancelledError:
            await asyncio.wait([job])
            raise


async def _piece(send: Send, piece: bytes) -> None:
    """:raises TimeoutError: if the other side does not take it."""
    await asyncio.wait_for(
        send({"type": "http.response.body", "body": piece, "more_body": True}), TAKES_A_PIECE
    )


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
