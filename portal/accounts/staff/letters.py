"""The mail that invites one of the seller's own people."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.roles import ROLE_LABELS
from portal.accounts.sign_in.links import IssuedLink
from portal.foundation.mail import Letter, Mail, send


@dataclass(frozen=True, kw_only=True)
class StaffInvitation(Letter, words="invitation of staff", secret=True):
    """Invites a person to work in the portal; the link is valid for ``days`` days.

    :ivar inviter: empty when the invitation comes from the command line.
    """

    name: str
    inviter: str
    role: str
    link: str
    days: int


def mail_staff_invitation(
    session: Session, user: User, *, inviter: str, link: str, issued: IssuedLink
) -> None:
    """Invite the person, once per link."""
    letter = StaffInvitation(
        name=user.name,
        inviter=inviter,
        role=ROLE_LABELS[user.kind].lower(),
        link=link,
        days=issued.lifetime.days,
    )
    send(session, Mail(key=f"invitation:{issued.id}", letter=letter, to=user))
