"""Telling that invoices are paid in full, after a posting that may have done it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.invoices import Invoice
from portal.billing.settlement.use_cases.settle import tell_paid
from portal.foundation.actor import Actor


def tell_settled(
    session: Session,
    invoice_ids: Collection[int],
    *,
    posting_key: str,
    actor: Actor,
    now: datetime,
    payment_id: int | None = None,
) -> None:
    """Record a touchpoint for each of these invoices that is settled now. An invoice that is opened again by a refund
    and paid again is told twice: the posting is part of the key. One statement."""
    settled = session.scalars(
        select(Invoice)
        .where(Invoice.id.in_(list(invoice_ids)), Invoice.kind == "invoice", Invoice.open_minor == 0)
        .order_by(Invoice.id)
        .execution_options(populate_existing=True)
    ).all()
    tell_paid(session, settled, by=posting_key, payment_id=payment_id, actor=actor, now=now)
