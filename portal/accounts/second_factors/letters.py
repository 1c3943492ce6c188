"""Mails about second factors, in case it was not their person who did it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.foundation.mail import Letter, Mail, send


@dataclass(frozen=True, kw_only=True)
class SecondFactorAdded(Letter, words="second factor was added"):
    """Tells a person that something proves their sign-in from now on.

    :ivar what: as in a sentence: an authenticator app, the passkey “Phone”.
    """

    name: str
    what: str


@dataclass(frozen=True, kw_only=True)
class SecondFactorRemoved(Letter, words="second factor was removed"):
    """Tells a person that something no longer proves their sign-in."""

    name: str
    what: str


@dataclass(frozen=True, kw_only=True)
class SecondFactorReset(Letter, words="second factor was reset"):
    """Tells a person that an administrator took their second factor away.

    :ivar by: the administrator; empty when it was done on the command line.
    """

    name: str
    by: str


@dataclass(frozen=True, kw_only=True)
class RecoveryCodeUsed(Letter, words="recovery code was used"):
    """Tells a person that a recovery code was used, and how many are left."""

    name: str
    left: int


def mail_second_factor_added(session: Session, user: User, *, what: str, now: datetime) -> None:
    """Tell the person what was added."""
    _mail_letter(session, user, SecondFactorAdded(name=user.name, what=what), now)


def mail_second_factor_removed(session: Session, user: User, *, what: str, now: datetime) -> None:
    """Tell the person what was removed."""
    _mail_letter(session, user, SecondFactorRemoved(name=user.name, what=what), now)


def mail_second_factor_reset(
    session: Session, user: User, *, by: str, now: datetime, company_id: int | None = None
) -> None:
    """Tell the person who reset it, and what happens next."""
    _mail_letter(session, user, SecondFactorReset(name=user.name, by=by), now, company_id)


def mail_recovery_code_used(session: Session, user: User, *, left: int, now: datetime) -> None:
    """Warn the person, in case somebody found the codes."""
    _mail_letter(session, user, RecoveryCodeUsed(name=user.name, left=left), now)


def _mail_letter(
    session: Session, user: User, letter: Letter, now: datetime, company_id: int | None = None
) -> None:
    key = f"{letter.kind}:{user.id}:{now.isoformat()}"
    send(session, Mail(key=key, letter=letter, to=user, company_id=company_id))
