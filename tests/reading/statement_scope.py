"""For whom the database takes each statement of a request: its role, and whose rows that role may see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, event

ASKED = "select current_user, current_setting('app.company_id', true), current_setting('app.user_id', true)"
# What begins a scope cannot stand under it yet. Touchpoints of views are written in a transaction of their own once
# the response has left; savepoints read and write nothing.
NOT_OF_THE_PAGE = re.compile(r"set_config\('role'|\btouchpoint_fact\b|\bsavepoint\b", re.IGNORECASE)


@dataclass(frozen=True)
class Scope:
    """Whom the database takes a statement to come from."""

    role: str
    company: str
    person: str


@dataclass(frozen=True)
class Heard:
    """A statement and its scope."""

    scope: Scope
    statement: str


@contextmanager
def scopes(engine: Engine) -> Iterator[list[Heard]]:
    """Collect the statements of requests executed inside the block, each with the scope in which it ran."""
    heard: list[Heard] = []

    def look(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        if raw.info.transaction_status == TransactionStatus.INERROR or NOT_OF_THE_PAGE.search(statement):
            return
        # Asked with a cursor of psycopg itself: it is not counted, and this is not called again.
        role, company, person = psycopg.Cursor(raw).execute(ASKED).fetchone() or ("", "", "")
        heard.append(Heard(Scope(role, company or "", person or ""), " ".join(statement.split())))

    event.listen(engine, "before_cursor_execute", look)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", look)


def customer_scope(person_id: int, company_id: int) -> Scope:
    """What a customer's statements must run in."""
    return Scope("portal_customer", str(company_id), str(person_id))
