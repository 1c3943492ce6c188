"""One database session per request, committed at one place before the response leaves.

Any exception and any status of 400 or more rolls back. GET requests run read-only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from portal.foundation.clock import local, utcnow
from portal.foundation.config import Settings
from portal.foundation.db import transaction
from portal.touchpoints.interaction import companies_shown, set_interaction
from portal.web.scope import BOOKS, Scope, scoped

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def only_reads() -> bool:
    """Whether the request asks for something and changes nothing. HEAD is answered like GET, without the body: monitors
    and mail scanners ask so, and a page that takes it for a form that was sent would tell them that a link is dead."""
    return request.method in {"GET", "HEAD"}


def db() -> Session:
    """The request's session; opened at first use. One that is opened after the sign-in is held to its scope."""
    session: Session | None = g.get("db")
    if session is None:
        session = _sessions()()
        if (scope := g.get("scope")) is not None:
            scoped(session, scope)
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

    What is read after this is read in a new transaction, under the same scope.
    """
    session: Session | None = g.pop("db", None)
    if session is not None:
        g.companies_shown = companies_shown(session)
        session.commit()
        session.close()


def book_sessions(company_id: int | None = None) -> Callable[[], Session]:
    """Sessions in which the portal itself acts for one company, after the actor was checked: as ``portal_books``,
    which sees that company's rows and writes what customers may not. For staff they are the owner's.

    :param company_id: None for the company of the customer who asks.
    """
    scope: Scope | None = g.get("scope")
    if company_id is not None:
        books = Scope(company_id, None, BOOKS)
    elif scope is not None:
        books = Scope(scope.company_id, scope.person_id, BOOKS)
    else:
        return _sessions()
    return lambda: scoped(_sessions()(), books)


@contextmanager
def books(company_id: int | None = None) -> Iterator[Session]:
    """A transaction of the portal itself for one company, beside the request's: commits at its end, rolls back on
    any exception. For what moves money or writes what customers may not; see :func:`book_sessions`."""
    with _told(book_sessions(company_id)) as session:
        yield session


@contextmanager
def own_transaction() -> Iterator[Session]:
    """A transaction as the owner of the tables, beside the request's: for pages without a sign-in, until a link or a
    signature has told which company it is about. Commits at its end, rolls back on any exception."""
    with _told(_sessions()) as session:
        yield session


@contextmanager
def _told(sessions: Callable[[], Session]) -> Iterator[Session]:
    with transaction(sessions) as session:
        circumstances = g.get("circumstances")
        if circumstances is not None:  # so that its touchpoints know where they come from
            set_interaction(session, circumstances())
        yield session


def _sessions() -> Callable[[], Session]:
    found: Callable[[], Session] = current_app.extensions["sessions"]
    return found


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
