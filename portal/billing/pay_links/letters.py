"""The mail with a pay link."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.billing.models import links
from portal.billing.pay_links.rules import LinkRequest
from portal.foundation.actor import Actor
from portal.foundation.clock import local
from portal.foundation.mail import Letter, Mail, To, send
from portal.foundation.wording import weekday_words


@dataclass(frozen=True, kw_only=True)
class PayLink(Letter, words="link to pay", secret=True):
    """Somebody is asked to pay by a link, without an account. ``path`` holds the link's token."""

    what: str
    total: str
    path: str
    until: str
    by: str


def mail_pay_link(
    session: Session, link: links.PayLink, request: LinkRequest, *, token: str, total: str, actor: Actor
) -> None:
    """Send a new link. ``total``: what it asks for today, in words."""
    letter = PayLink(
        what=link.title,
        total=total,
        path=f"/pay/{token}",
        until=weekday_words(local(link.expires_at, request.zone).date()),
        by=actor.name,
    )
    send(
        session,
        Mail(key=f"pay_link:{link.id}", letter=letter, to=To(request.email), company_id=link.company_id),
    )
