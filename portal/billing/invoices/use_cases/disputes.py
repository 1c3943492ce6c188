"""Opening disputes about invoices: by the customer, or by a short payment that gives a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.billing.invoices.facts import record_invoice_disputed
from portal.billing.invoices.new_dispute import NewDispute
from portal.billing.models.disputes import InvoiceDispute
from portal.foundation.actor import Actor


def write_disputes(
    session: Session, new: Sequence[NewDispute], numbers: Mapping[int, str], *, actor: Actor, now: datetime
) -> list[InvoiceDispute]:
    """Open disputes about invoices that the caller has locked, and record it. One statement.

    :param numbers: of the invoices, by their ids.
    :returns: those that were opened; where one is open already, it stays as it is.
    """
    if not new:
        return []
    opened = session.scalars(
        insert(InvoiceDispute)
        .values([each.row() for each in new])
        .on_conflict_do_nothing()
        .returning(InvoiceDispute)
    ).all()
    for dispute in opened:
        record_invoice_disputed(session, dispute, numbers[dispute.invoice_id], actor=actor, now=now)
    return list(opened)
