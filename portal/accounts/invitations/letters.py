"""The mail that invites a person to a company."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.roles import ROLE_LABELS
from portal.accounts.sign_in.links import IssuedLink, invitation_link
from portal.foundation.actor import Actor
from portal.foundation.mail import Letter, Mail, send


@dataclass(frozen=True, kw_only=True)
class Invitation(Letter, words="invitation", secret=True):
    """Invites a person to a company; the link is valid for ``days`` days. It greets nobody by name: the name was typed by
    whoever invites.

    :ivar barred: why they cannot join, which only they are told: ``staff``, ``disabled``; empty if they can.
    """

    inviter: str
    company: str
    role: str
    link: str
    days: int
    barred: str


def mail_invitation(
    session: Session, user: User, *, actor: Actor, role: str, issued: IssuedLink, public_url: str
) -> None:
    """Invite the person to the actor's company, once per link."""
    letter = Invitation(
        inviter=actor.name,
        company=actor.company_name,
        role=ROLE_LABELS[role].lower(),
        link="" if (barred := _barred(user)) else invitation_link(public_url, issued.token),
        days=issued.lifetime.days,
        barred=barred,
    )
    send(session, Mail(key=f"invitation:{issued.id}", letter=letter, to=user, company_id=actor.company_id))


def _barred(user: User) -> str:
    if user.kind != "customer":
        return "staff"
    return "disabled" if user.disabled_at is not None else ""
