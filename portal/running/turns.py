"""How many requests are worked on at a moment, and what gives its place to others while it takes long."""

from __future__ import annotations

import asyncio

# Threads beside those that work on pages: for what has stepped aside, and for pieces of files that are being sent.
ASIDE = 5


class Turn:
    """One request's place among those that are worked on (portal/web/answers/heavy.py asks it to step aside)."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._loop = asyncio.get_running_loop()
        self._holds = True

    def step_aside(self) -> None:
        """Let another request be worked on meanwhile. From the thread that works on this one; it goes on."""
        self._loop.call_soon_threadsafe(self.free)

    def free(self) -> None:
        """Give the place back; once is enough. In the event loop."""
        if self._holds:
            self._holds = False
            self._places.release()
