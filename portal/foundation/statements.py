"""Counting SQL statements at the driver, so that nothing (not even the job queue's) is left out.

Budgets are held by tests as counts; BEGIN, COMMIT and ROLLBACK are not statements of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg

_log: ContextVar[list[str] | None] = ContextVar("statements", default=None)


class PlainCursor(psycopg.Cursor[Any]):
    """A cursor that describes its columns by name and type alone, which is what SQLAlchemy reads of them. An object
    for each of sixty columns costs as much as their values."""

    @property
    def description(self) -> Any:
        found = self.pgresult
        if found is None or not found.nfields:
            return super().description
        return [
            ((found.fname(n) or b"").decode(), found.ftype(n), None, None, None, None, None)
            for n in range(found.nfields)
        ]


class CountingCursor(PlainCursor):
    """A cursor that notes what it executes while somebody listens."""

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> CountingCursor:
        heard = _log.get()
        if heard is not None:
            heard.append(str(query))
        return super().execute(query, *args, **kwargs)

    def executemany(self, query: Any, *args: Any, **kwargs: Any) -> None:
        heard = _log.get()
        if heard is not None:
            heard.append(str(query))
        super().executemany(query, *args, **kwargs)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements executed inside the block, in order."""
    heard: list[str] = []
    token = _log.set(heard)
    try:
        yield heard
    finally:
        _log.reset(token)
