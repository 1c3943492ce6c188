"""A document is sent again, to addresses that the company has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.payers.facts import DocumentSentAgain, record_document_sent
from portal.billing.payers.letters import DocumentCopy, copy_key, mail_copies
from portal.billing.payers.queries import known_addresses
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import Contents, OutboundMail

# Two submissions of one form wait for each other here.
_ALONE = text("select pg_advisory_xact_lock(7261032, hashtext(:key))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What is sent again: the log's word for it and its number, the letter, and what is attached to it."""

    document: str
    number: str
    letter: DocumentCopy
    enclosed: Contents | None = None


def send_copies(
    session: Session,
    company: Company,
    copy: Copy,
    to: Collection[str],
    *,
    actor: Actor,
    key: str,
    now: datetime,
) -> None:
    """Send a document of the company's again. Idempotent by the form's key.

    :raises NotFound: if the actor lacks the permission.
    :raises Rejected: ``to`` without an address, for one that the company does not have, and for a closed company.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    known = known_addresses(session, company)
    if not to or not set(to) <= set(known):
        raise Rejected("to", "Choose at least one of these addresses.", field="to")
    if company.disabled_at is not None:
        raise Rejected("closed", "This customer is closed; nothing is mailed to it.", field="to")
    if _was_sent(session, key):
        return
    chosen = [(email, known[email]) for email in sorted(to)]
    mail_copies(session, copy.letter, chosen, key=key, company_id=company.id, document=copy.enclosed)
    what = DocumentSentAgain(document=copy.document, number=copy.number, attempts=len(chosen))
    record_document_sent(session, what, company_id=company.id, key=key, actor=actor, now=now)


def _was_sent(session: Session, key: str) -> bool:
    session.execute(_ALONE, {"key": key})
    sent = select(OutboundMail.id).where(OutboundMail.key.startswith(copy_key(key, ""), autoescape=True))
    return session.scalars(sent.limit(1)).first() is not None
