"""The mail that tells administrators who looked at too much."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.lookups.rules import begin_of_hour
from portal.accounts.models import User
from portal.accounts.roles import ROLE_LABELS
from portal.foundation.actor import Actor
from portal.foundation.mail import Letter, Mail, send


@dataclass(frozen=True, kw_only=True)
class LookupsStopped(Letter, words="many look-ups"):
    """Says who opened how many pages with customers' data since the hour began.

    :ivar hour: as an administrator reads it, with the zone.
    """

    person: str
    email: str
    role: str
    looked: int
    hour: str
    link: str


def mail_lookups_stopped(
    session: Session, admins: Iterable[User], actor: Actor, *, looked: int, link: str, now: datetime
) -> None:
    """Tell each administrator, once per person and hour."""
    hour = begin_of_hour(now)
    letter = LookupsStopped(
        person=actor.name,
        email=actor.email,
        role=ROLE_LABELS[actor.kind].lower(),
        looked=looked,
        hour=f"{hour:%H:%M} UTC",
        link=link,
    )
    key = f"lookups_stopped:{actor.user_id}-{hour.isoformat()}"
    send(session, *(Mail(key=f"{key}-{admin.id}", letter=letter, to=admin) for admin in admins))
