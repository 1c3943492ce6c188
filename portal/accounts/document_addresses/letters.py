"""The mail that asks whether an address wants a company's documents."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts.document_addresses.rules import VALID, kinds_words
from portal.accounts.models import Company
from portal.accounts.models.document_addresses import DocumentAddress
from portal.foundation.mail import Letter, Mail, To, send


@dataclass(frozen=True, kw_only=True)
class DocumentAddressConfirmation(Letter, words="question whether an address wants documents", secret=True):
    """Asks a mailbox to confirm that it wants documents; ``path`` holds the token."""

    company: str
    documents: str
    path: str
    days: int


def mail_confirmation(session: Session, company: Company, address: DocumentAddress, token: str) -> None:
    """Ask the address, once per token."""
    letter = DocumentAddressConfirmation(
        company=company.name,
        documents=kinds_words(address.kinds).lower(),
        path=f"/document-addresses/confirmation?token={token}",
        days=VALID.days,
    )
    key = f"{letter.kind}:{address.id}:{address.asked_at.isoformat()}"
    send(session, Mail(key=key, letter=letter, to=To(address.email), company_id=company.id))
