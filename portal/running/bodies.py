"""Request bodies: waited for without a thread, up to a size, a time and a sum of all of them.

The server passes a request on before its body has arrived, whether its length was announced or it comes in chunks. Here
a body is taken in before a thread begins to work, so that whoever sends half a form holds nothing that others need.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

Message = MutableMapping[str, Any]  # of ASGI
Receive = Callable[[], Awaitable[Message]]

LARGEST = 17 * 1024 * 1024  # more than any view takes
HELD = 96 * 1024 * 1024  # all bodies of one process that are on their way or being worked on
# Seconds until a body is there: this long for any, and longer for one that comes at this rate (bytes a second) or faster.
PATIENCE, SLOWEST = 20.0, 16 * 1024


class Refused(Exception):
    """The request is answered without being worked on."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


class Gone(Exception):
    """Nobody is there to be answered."""


class Bodies:
    """The bodies of one process."""

    def __init__(self) -> None:
        self._held = 0

    @asynccontextmanager
    async def taken(self, headers: Mapping[str, str], receive: Receive) -> AsyncIterator[bytes]:
        """The whole body. One whose announced length no view takes is left unread, for the application to refuse.

        :raises Refused: if it is too slow, too long, or too much is being sent by all together.
        :raises Gone: if the sender has gone.
        """
        length = headers.get("CONTENT_LENGTH", "")
        announced = int(length) if length.isascii() and length.isdigit() else None
        chunked = "HTTP_TRANSFER_ENCODING" in headers
        if (not announced and not chunked) or (announced or 0) > LARGEST:
            yield b""
            return
        pieces: list[bytes] = []
        try:
            await self._read(pieces, receive, None if chunked else announced)
            yield b"".join(pieces)
        finally:
            self._held -= sum(map(len, pieces))

    async def _read(self, pieces: list[bytes], receive: Receive, announced: int | None) -> None:
        clock, size = asyncio.get_running_loop().time, 0
        until = clock() + PATIENCE
        while announced is None or size < announced:
            try:
                message = await asyncio.wait_for(receive(), max(0.0, until - clock()))
            except TimeoutError as late:
                raise Refused(408, "The request took too long to arrive. Try again.") from late
            if message["type"] != "http.request":
                raise Gone
            piece = message["body"]
            pieces.append(piece)
            size += len(piece)
            self._held += len(piece)
            until += len(piece) / SLOWEST
            if size > LARGEST:
                raise Refused(413, "That is too large. Send less at once.")
            if self._held > HELD:
                raise Refused(503, "Too much is being sent at this moment. Try again in a minute.")
            if not message["more_body"]:
                return
