"""Touchpoints of promises to pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.invoices import Invoice
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "payment_promised",
    stage="pay",
    task="pay",
    says="Promised to pay an invoice",
    meaning="Somebody of the company said by when an invoice is paid; reminders wait",
    icon="calendar",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPromised(Touch):
    """Somebody at the company promised to pay an invoice by a day; reminders wait."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None


@fact(
    "payment_promise_withdrawn",
    stage="pay",
    task="pay",
    says="Took back a promise to pay",
    meaning="A promise to pay was taken back; reminders go on",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPromiseWithdrawn(Touch):
    """A promise to pay was withdrawn; reminders resume."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None


def record_payment_promised(
    session: Session, invoice: Invoice, promise_id: int, *, actor: Actor, now: datetime
) -> None:
    """Record that somebody promised to pay an invoice by a day."""
    _record_promise(session, PaymentPromised(number=invoice.number), invoice, promise_id, actor, now)


def record_promise_withdrawn(
    session: Session, invoice: Invoice, promise_id: int, *, actor: Actor, now: datetime
) -> None:
    """Record that a promise to pay was withdrawn."""
    _record_promise(session, PaymentPromiseWithdrawn(number=invoice.number), invoice, promise_id, actor, now)


def _record_promise(
    session: Session, what: Touch, invoice: Invoice, promise_id: int, actor: Actor, now: datetime
) -> None:
    record(
        session,
        Event(
            what,
            actor=actor,
            now=now,
            key=f"{what.kind.name}:{promise_id}",
            account_id=invoice.company_id,
            value_minor=invoice.open_minor,
            currency=invoice.currency,
            links={"invoice_id": invoice.id, "promise_id": promise_id},
        ),
    )
