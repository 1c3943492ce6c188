"""The touchpoint of money and credit taken off invoices again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.foundation.actor import Actor
from portal.touchpoints.kind import Touch, fact
from portal.touchpoints.recording import Event, record


@fact(
    "application_undone",
    stage="pay",
    task="administer",
    says="Took money or credit off invoices again",
    meaning="Cash or a credit memo that was put onto invoices was taken off them; they are open again",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationUndone(Touch):
    """Cash or a credit memo that was put onto invoices was taken off them; they are open again."""

    lines: int | None = None


def record_application_undone(
    session: Session, done: LedgerTransaction, off: list[LedgerEntry], *, actor: Actor, now: datetime
) -> None:
    """Record that an application was taken back.

    :param off: its entries on invoices.
    """
    record(
        session,
        Event(
            ApplicationUndone(lines=len(off)),
            actor=actor,
            now=now,
            key=f"application_undone:{done.id}",
            account_id=done.company_id,
            value_minor=-sum(entry.amount_minor for entry in off),
            currency=done.currency,
            links={"payment_id": off[0].payment_id if off else None},
        ),
    )
