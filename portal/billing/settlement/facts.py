"""Touchpoints of settlement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.write_offs import WriteOff
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "payment_submitted",
    stage="pay",
    task="pay",
    says="Sent a payment",
    meaning="A payment was started",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSubmitted(Touch):
    """A payment was started."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None


@fact(
    "payment_failed",
    stage="pay",
    task="pay",
    says="A payment failed",
    meaning="A payment was refused",
    tone="bad",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFailed(Touch):
    """A payment was refused."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None
    code: str | None = None


@fact(
    "invoice_written_off",
    stage="pay",
    task="administer",
    says="The rest of an invoice was written off",
    meaning="A small difference of an invoice was given up",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceWrittenOff(Touch):
    """A small difference of an invoice was given up."""

    number: str | None = None


def record_written_off(
    session: Session, written: WriteOff, number: str, *, actor: Actor, now: datetime
) -> None:
    """Record what was written off of an invoice. :param number: the invoice's."""
    record(
        session,
        Event(
            InvoiceWrittenOff(number=number),
            actor=actor,
            now=now,
            key=f"invoice_written_off:{written.key}",
            account_id=written.company_id,
            value_minor=written.amount_minor,
            currency=written.currency,
            links={"invoice_id": written.invoice_id},
        ),
    )


@fact(
    "write_off_reversed",
    stage="pay",
    task="administer",
    says="Took back a write-off",
    meaning="What had been written off of an invoice is owed again",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOffReversed(Touch):
    """What had been written off of an invoice is owed again."""

    number: str | None = None


def record_write_off_reversed(
    session: Session, written: WriteOff, number: str, *, actor: Actor, now: datetime
) -> None:
    """Record that what was written off of an invoice is owed again. :param number: the invoice's."""
    record(
        session,
        Event(
            WriteOffReversed(number=number),
            actor=actor,
            now=now,
            key=f"write_off_reversed:{written.key}",
            account_id=written.company_id,
            value_minor=written.amount_minor,
            currency=written.currency,
            links={"invoice_id": written.invoice_id},
        ),
    )


def record_own_credit_used(
    session: Session, company_id: int, currency: str, minor: int, *, key: str, actor: Actor, now: datetime
) -> None:
    """Record that money on account was put onto invoices before anything was charged. ``key``: that of its posting."""
    event = Event(
        PaymentSubmitted(method="unapplied_cash"),
        actor=actor,
        now=now,
        key=f"payment_submitted:{key}",
        account_id=company_id,
        value_minor=minor,
        currency=currency,
    )
    record(session, event)
