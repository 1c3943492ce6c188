"""Touchpoints of disputes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "dispute_settled",
    stage="pay",
    task="pay",
    says="A disputed invoice was answered",
    meaning="A dispute about an invoice is closed",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeSettled(Touch):
    """A dispute about an invoice is closed."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None
    reason: str | None = None
    action: str | None = None


def record_dispute_settled(
    session: Session, invoice: Invoice, dispute: InvoiceDispute, *, actor: Actor, now: datetime
) -> None:
    """Record how a dispute was closed."""
    what = DisputeSettled(number=invoice.number, reason=dispute.reason, action=dispute.outcome)
    record(
        session,
        Event(
            what,
            actor=actor,
            now=now,
            key=f"dispute_settled:{dispute.id}",
            account_id=invoice.company_id,
            value_minor=dispute.amount_minor,
            currency=invoice.currency,
            links={"invoice_id": invoice.id},
        ),
    )
