"""Counting SQL statements at the driver, so that nothing (not even the job queue's) is left out.

Budgets are held by tests as counts. What only controls the transaction is left out: BEGIN, COMMIT and ROLLBACK, which
the driver sends on its own, and likewise SAVEPOINT and what ends it, which reach the cursor but read and write no row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg

CONTROL = ("SAVEPOINT ", "RELEASE SAVEPOINT ", "ROLLBACK TO SAVEPOINT ")
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
        _hear(str(query))
        return super().execute(query, *args, **kwargs)

    def executemany(self, query: Any, *args: Any, **kwargs: Any) -> None:
        _hear(str(query))
        super().executemany(query, *args, **kwargs)


def _hear(statement: str) -> None:
    heard = _log.get()
    if heard is not None and not statement.startswith(CONTROL):
        heard.append(statement)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements executed inside the block, in order."""
    heard: list[str] = []
    token = _log.set(heard)
    try:
        yield heard
    finally:
        _log.reset(token)
