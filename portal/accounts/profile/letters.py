"""The mail about a changed name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.models.names import NameChange
from portal.foundation.mail import Letter, Mail, send


@dataclass(frozen=True, kw_only=True)
class NameChanged(Letter, words="name was changed"):
    """A person is called otherwise: to themselves, and to the administrators of each of their companies.

    :ivar company: whose administrator reads it; empty for the person.
    :ivar by_file: a file of the seller's changed it, not the person.
    """

    before: str
    after: str
    email: str
    company: str
    by_file: bool


def mail_name_changed(
    session: Session, change: NameChange, person: User, to: User, company: str, *, by_file: bool
) -> None:
    """Mail it, once for each change and reader."""
    letter = NameChanged(
        before=change.name_before,
        after=change.name_after,
        email=person.email,
        company=company,
        by_file=by_file,
    )
    send(session, Mail(key=f"name_changed:{change.id}:{to.id}", letter=letter, to=to))
