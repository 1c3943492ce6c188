"""Limit the mails with pay links, so that nobody's mailbox is flooded from here."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.accounts.sign_in.use_cases.throttle import Limit, TooManyTries, admit, wait_words
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected

# Per address, whichever companies send them, and per company; the network does not matter here.
TO_ADDRESS = Limit("link_mail_to", per_account=5, per_network=1_000_000, window=timedelta(days=1))
OF_COMPANY = Limit("link_mail_of", per_account=30, per_network=1_000_000, window=timedelta(hours=1))


class TooManyMails(Rejected):
    """The limit is reached. ``retry_after``: seconds until the next mail is allowed."""

    def __init__(self, limit: Limit, whose: str, retry_after: int) -> None:
        within = "a day" if limit is TO_ADDRESS else "an hour"
        message = (
            f"{limit.per_account} {whose} within {within}. Send it in {wait_words(retry_after)}, or leave this empty "
            "and pass the link on yourself."
        )
        super().__init__("too_many_tries", message, field="email", outcome="denied")
        self.retry_after = retry_after


def admit_link_mail(session: Session, *, actor: Actor, email: str, now: datetime) -> None:
    """Count a mail with a link before it is written.

    Call it in a transaction of its own: the mail counts even if the request is refused.

    :raises TooManyMails: if too many went to this address, or out from this company.
    """
    to, of = email.strip().lower(), f"company {actor.customer_id}"
    for limit, key, whose in (
        (TO_ADDRESS, to, "mails with payment links went to this address"),
        (OF_COMPANY, of, "mails with payment links went out from your company"),
    ):
        try:
            admit(session, limit=limit, email=key, network="", now=now)
        except TooManyTries as no:
            raise TooManyMails(limit, whose, no.retry_after) from no
