"""Mails about passwords."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.foundation.mail import Letter, Mail, send


@dataclass(frozen=True, kw_only=True)
class PasswordReset(Letter, words="link to set a password", secret=True):
    """A link for a new password, good for ``minutes``."""

    name: str
    link: str
    minutes: int


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Letter, words="password was changed"):
    """Tells a person that their password was changed."""

    name: str


def mail_password_reset(session: Session, user: User, *, link: str, minutes: int, token_id: int) -> None:
    """Send the link to its person, once per token."""
    letter = PasswordReset(name=user.name, link=link, minutes=minutes)
    send(session, Mail(key=f"password_reset:{token_id}", letter=letter, to=user))


def mail_password_changed(session: Session, user: User, now: datetime) -> None:
    """Warn the person, in case it was not them."""
    letter = PasswordChanged(name=user.name)
    send(session, Mail(key=f"password_changed:{user.id}:{now.isoformat()}", letter=letter, to=user))
