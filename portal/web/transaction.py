"""One database session per request, committed at one place before the response leaves.

Any exception and any status of 400 or more rolls back. GET requests run read-only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from portal.foundation.clock import local, utcnow
from portal.foundation.config import Settings
from portal.foundation.db import transaction
from portal.touchpoints.interaction import set_interaction

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def db() -> Session:
    """The request's session; opened at first use."""
    session: Session | None = g.get("db")
    if session is None:
        session = current_app.extensions["sessions"]()
        if request.method in SAFE_METHODS:
            session.connection(execution_options={"postgresql_readonly": True})
        g.db = session
    return session


def now() -> datetime:
    """The moment of this request: one value for all it does, in UTC."""
    moment: datetime | None = g.get("now")
    if moment is None:
        moment = utcnow()
        g.now = moment
    return moment


def today() -> date:
    """The seller's calendar day of this request: the one by which prices hold and products end."""
    settings: Settings = current_app.extensions["settings"]
    return local(now(), settings.time_zone).date()


def leave() -> None:
    """Commit and close the request's session before something slow or foreign, so that nothing waits for it.

    What is read after this is read in a new transaction, which no longer knows whose request it is: go on with
    :func:`own_transaction`, or redirect.
    """
    session: Session | None = g.pop("db", None)
    if session is not None:
        session.commit()
        session.close()


@contextmanager
def own_transaction() -> Iterator[Session]:
    """A transaction of the portal itself, beside the request's: commits at its end, rolls back on any exception.

    Not limited to the customer's rows and rights: for what moves money, after the actor was checked. Use cases in it
    name the company in every condition.
    """
    with transaction(current_app.extensions["sessions"]) as session:
        circumstances = g.get("circumstances")
        if circumstances is not None:  # so that its touchpoints know where they come from
            set_interaction(session, circumstances())
        yield session


def _finish(response: Response) -> Response:
    session: Session | None = g.get("db")
    if session is None:
        return response
    if response.status_code < 400:
        session.commit()
    else:
        session.rollback()
    session.close()
    g.pop("db")
    return response


def _abandon(error: BaseException | None) -> None:
    session: Session | None = g.pop("db", None)
    if session is not None:
        session.rollback()
        session.close()


def install(app: Flask) -> None:
    """Commit or roll back after every request of ``app``."""
    app.after_request(_finish)
    app.teardown_request(_abandon)
