"""Documents and exports, which take long: in places of their own, and one at a time for each person.

Whoever has a document made gives the place among working requests to others meanwhile (portal/running/turns.py), so
pages are answered whatever is printed. That a person has one at a time is held by a lock in the database, so it holds for
all processes; it ends with its connection, whatever happens to the process.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import psycopg
from flask import current_app, request
from psycopg.errors import LockNotAvailable
from sqlalchemy import Engine

from portal.web.sessions import actor
from portal.web.transaction import leave

TURN = "portal.turn"
# A document that was clicked twice waits for the first one (milliseconds); a third is refused at once.
OWN_TURN = 2_000
# Documents of one process: this many at work, and so many more waiting for them, so long (seconds).
AT_WORK, PLACES, PATIENCE = 1, 4, 20.0
RETRY_SECONDS = 5
_places = threading.BoundedSemaphore(PLACES)
_at_work = threading.BoundedSemaphore(AT_WORK)


class Turn(Protocol):
    """The request's place among those that are worked on, as our server puts it into ``environ`` under :data:`TURN`."""

    def step_aside(self) -> None:
        """Let another request be worked on meanwhile; this one goes on."""


class Busy(Exception):
    """Not now. ``heading`` and ``message`` are for the person; the status is 429 for their own, 503 for others' doing."""

    def __init__(self, status: int, heading: str, message: str) -> None:
        super().__init__(heading)
        self.status = status
        self.heading = heading
        self.message = message


class Ticket:
    """A person's right to one document or one export. Given back by :meth:`release`, in any thread."""

    def __init__(self, kind: str) -> None:
        """:raises Busy: when the person has one already."""
        engine: Engine = current_app.extensions["engine"]
        address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        options = f"-c lock_timeout={OWN_TURN}"
        self._connection = psycopg.connect(address, autocommit=True, connect_timeout=5, options=options)
        try:
            self._take(f"{kind}:{_who()}")
        except BaseException:
            self._connection.close()
            raise

    def _take(self, key: str) -> None:
        waits, has = (f"select {{}}(hashtextextended('{part}:' || %s, 0))" for part in ("waits", "has"))
        first = self._connection.execute(waits.format("pg_try_advisory_lock"), [key]).fetchone()
        if first is None or not first[0]:
            raise _one_at_a_time()
        try:
            self._connection.execute(has.format("pg_advisory_lock"), [key])
        except LockNotAvailable as error:
            raise _one_at_a_time() from error
        self._connection.execute(waits.format("pg_advisory_unlock"), [key])

    def release(self) -> None:
        """Let the person have the next one."""
        self._connection.close()


@contextmanager
def apart() -> Iterator[None]:
    """Around making a document: the request's transaction ends, others are worked on meanwhile.

    :raises Busy: when this person has one made already, or too many are being made.
    """
    leave()
    ticket = Ticket("document")
    try:
        with _place():
            turn: Turn | None = request.environ.get(TURN)
            if turn is not None:
                turn.step_aside()
            with _one_of_few():
                yield
    finally:
        ticket.release()


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise _too_many()
    try:
        yield
    finally:
        _places.release()


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _at_work.acquire(timeout=PATIENCE):
        raise _too_many()
    try:
        yield
    finally:
        _at_work.release()


def _who() -> str:
    person = actor().user_id
    return f"person {person}" if person is not None else f"network {request.remote_addr}"


def _one_at_a_time() -> Busy:
    return Busy(
        429,
        "Your last file is still being made",
        "One file at a time. Wait until it has arrived, then ask for the next one.",
    )


def _too_many() -> Busy:
    return Busy(
        503, "Many documents are being made at this moment", "Nothing is lost. Try again in half a minute."
    )
