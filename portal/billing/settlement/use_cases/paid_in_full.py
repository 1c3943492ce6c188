"""Touchpoints of invoices that a posting has paid in full."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.invoices.facts import InvoicePaid
from portal.billing.models.invoices import Invoice
from portal.foundation.actor import Actor
from portal.touchpoints.recording import Event, record


def record_paid_in_full(
    session: Session,
    invoice_ids: Collection[int],
    *,
    posting_key: str,
    actor: Actor,
    now: datetime,
    payment_id: int | None = None,
) -> None:
    """Record each of these invoices that has nothing open now. The posting is part of the key, so an invoice that a
    refund reopens is recorded again when it is paid again. One statement."""
    paid = session.scalars(
        select(Invoice)
        .where(Invoice.id.in_(list(invoice_ids)), Invoice.kind == "invoice", Invoice.open_minor == 0)
        .order_by(Invoice.id)
        .execution_options(populate_existing=True)
    ).all()
    record_invoices_paid(session, paid, by=posting_key, payment_id=payment_id, actor=actor, now=now)


def record_invoices_paid(
    session: Session,
    invoices: Sequence[Invoice],
    *,
    by: str,
    actor: Actor,
    now: datetime,
    payment_id: int | None = None,
) -> None:
    """Record that invoices are paid in full. ``by`` names what paid them and is part of the key."""
    for invoice in invoices:
        event = Event(
            InvoicePaid(number=invoice.number),
            actor=actor,
            now=now,
            key=f"invoice_paid:{invoice.number}:{by}",
            account_id=invoice.company_id,
            value_minor=invoice.total_minor,
            currency=invoice.currency,
            links={"invoice_id": invoice.id, "payment_id": payment_id},
        )
        record(session, event)
