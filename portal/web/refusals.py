"""One way to take a refusal: what was tried is undone, its message lands on the form, the page is shown again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from sqlalchemy.orm import Session

from portal.foundation.errors import Rejected
from portal.web.transaction import db


class Form(Protocol):
    """What shows a refusal on its field, or above the form."""

    def refuse(self, rejected: Rejected, /) -> None: ...


class Tried:
    """What became of the block: ``refused`` is why not, None when it was done. ``session`` is where it is tried."""

    session: Session
    refused: Rejected | None = None

    @property
    def status(self) -> int:
        """The answer's status: 409 for a conflict, 422 for any other refusal, 200 when it was done."""
        if self.refused is None:
            return 200
        return 409 if self.refused.outcome == "conflict" else 422


@contextmanager
def refusing(
    form: Form | None = None, within: AbstractContextManager[Session] | None = None
) -> Iterator[Tried]:
    """Try a use case. Refused, everything it did is undone and the block ends without an exception.

    In the request's own session it runs behind a savepoint: rolling back to it gives back the locks that were taken
    since, keeps the role and the company set before, and makes the page read its rows again.

    :param form: gets the refusal.
    :param within: another transaction to try it in, :func:`portal.web.transaction.books`; it is the one rolled back.
    """
    tried = Tried()
    try:
        with within or _savepoint() as session:
            tried.session = session
            yield tried
    except Rejected as no:
        tried.refused = no
        if form is not None:
            form.refuse(no)


@contextmanager
def _savepoint() -> Iterator[Session]:
    session = db()
    try:
        with session.begin_nested():
            yield session
    except Rejected:
        session.expire_all()
        raise
