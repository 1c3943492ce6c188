"""Touchpoints of terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.touchpoints.kind import Change, Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "terms_changed",
    stage="pay",
    task="administer",
    says="Changed credit limit or terms of payment",
    meaning="The limit, the due day, the discount or how invoices are issued was changed",
    detail="change",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChanged(Touch):
    """The limit, the due day, the discount or how invoices are issued were changed."""

    fields: list[str] | None = None
    before: list[str] | None = None
    after: list[str] | None = None


def record_terms_changed(
    session: Session, company_id: int, change: Change, *, actor: Actor, now: datetime
) -> None:
    """Record which terms of a company were changed, from what to what."""
    key = f"terms_changed:{company_id}:{now.isoformat()}"
    what = TermsChanged(fields=change.names, before=change.was, after=change.becomes)
    record(session, Event(what, actor=actor, now=now, key=key, account_id=company_id))
