"""The documents that were issued for an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.invoices import Invoice


@dataclass(frozen=True, slots=True)
class OrderDocument:
    """An invoice or credit memo (amounts below zero), in minor units."""

    number: str
    kind: str
    issued_on: date
    due_on: date
    total_minor: int
    open_minor: int
    reason: str
    credited_minor: int

    @property
    def is_contestable(self) -> bool:
        """Whether something of it was not credited yet, paid or not."""
        return self.kind == "invoice" and self.total_minor > self.credited_minor

    @property
    def state_words(self) -> str:
        """What is left of it, in a word or two."""
        if self.kind == "invoice":
            return (
                "Paid"
                if not self.open_minor
                else "Open"
                if self.open_minor == self.total_minor
                else "Partly paid"
            )
        return (
            "Used"
            if not self.open_minor
            else "Not used yet"
            if self.open_minor == self.total_minor
            else "Partly used"
        )

    @property
    def tone(self) -> str:
        return "ok" if not self.open_minor else "info"


_DOCUMENTS = select(
    Invoice.number,
    Invoice.kind,
    Invoice.issued_on,
    Invoice.due_on,
    Invoice.total_minor,
    Invoice.open_minor,
    Invoice.reason,
    Invoice.credited_minor,
).order_by(Invoice.id)


def documents_of_order(session: Session, order_id: int) -> list[OrderDocument]:
    """Invoices and credit memos of an order that the caller may see, oldest first. One statement."""
    return [OrderDocument(*row) for row in session.execute(_DOCUMENTS.where(Invoice.order_id == order_id))]
