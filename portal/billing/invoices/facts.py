"""Touchpoints of invoices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact, view
from portal.touchpoints.recording import Event, record


@fact(
    "invoice_issued",
    stage="pay",
    task="pay",
    says="An invoice was issued",
    meaning="An invoice exists",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceIssued(Touch):
    """An invoice exists."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None


@view(
    "invoice_viewed",
    stage="pay",
    task="pay",
    says="Looked at an invoice",
    meaning="An invoice was shown",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceViewed(Touch):
    """An invoice was shown."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None


@fact(
    "invoice_disputed",
    stage="pay",
    task="pay",
    says="Disputed an invoice",
    meaning="Part of an invoice is contested",
    icon="question",
    tone="warn",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDisputed(Touch):
    """Part of an invoice is disputed."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None
    reason: str | None = None


@fact(
    "invoice_paid",
    stage="pay",
    task="pay",
    says="An invoice was paid",
    meaning="An invoice is settled in full",
    tone="ok",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePaid(Touch):
    """An invoice is settled in full."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None


def record_invoice_issued(
    session: Session, document: Invoice, lines: int, *, actor: Actor, now: datetime
) -> None:
    """Record that a document with a number of ``lines`` was issued."""
    record(
        session,
        Event(
            InvoiceIssued(number=document.number, lines=lines),
            actor=actor,
            now=now,
            key=f"invoice_issued:{document.number}",
            account_id=document.company_id,
            store_id=document.store_id,
            value_minor=document.total_minor,
            currency=document.currency,
            links={"order_id": document.order_id, "invoice_id": document.id},
        ),
    )


def record_invoice_disputed(
    session: Session, dispute: InvoiceDispute, number: str, *, actor: Actor, now: datetime
) -> None:
    """Record that a dispute about an invoice was opened.

    :param number: the invoice's.
    """
    record(
        session,
        Event(
            InvoiceDisputed(number=number, reason=dispute.reason),
            actor=actor,
            now=now,
            key=f"invoice_disputed:{dispute.id}",
            account_id=dispute.company_id,
            value_minor=dispute.amount_minor,
            currency=dispute.currency,
            links={"invoice_id": dispute.invoice_id},
        ),
    )
