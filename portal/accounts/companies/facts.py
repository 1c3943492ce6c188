"""Touchpoints of billing details."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "billing_details_changed",
    stage="pay",
    task="administer",
    says="Changed the name or address on documents",
    meaning="A company's legal name, billing address or tax number on documents was changed",
    detail="change",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class BillingDetailsChanged(Touch):
    """Which of a company's details on documents were changed; never what people typed."""

    fields: list[str] | None = None


def record_billing_details_changed(
    session: Session, company_id: int, names: Sequence[str], *, actor: Actor, now: datetime
) -> None:
    """Record which details were changed."""
    what = BillingDetailsChanged(fields=list(names))
    key = f"billing_details_changed:{company_id}:{now.isoformat()}"
    record(session, Event(what, actor=actor, now=now, key=key, account_id=company_id))
