"""Touchpoints of documents that are sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "document_sent_again",
    stage="support",
    task="get_help",
    says="Sent a document again",
    meaning="Staff mailed an invoice, credit memo, receipt or statement again to addresses that the company has",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSentAgain(Touch):
    """Staff mailed a document again."""

    document: str | None = None  # invoice, credit_memo, receipt, statement
    number: str | None = None
    attempts: int | None = None  # addresses that it went to


def record_document_sent(
    session: Session, what: DocumentSentAgain, *, company_id: int, key: str, actor: Actor, now: datetime
) -> None:
    """Record that a document was sent again. ``key``: random, from the form."""
    event = Event(what, actor=actor, now=now, key=f"document_sent_again:{key}", account_id=company_id)
    record(session, event)
