"""What became of a payment, as the ledger tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import RECEIVABLE, UNAPPLIED
from portal.billing.models.invoices import Invoice
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A ledger entry in the history of a payment; ``amount_minor`` is a debit above zero, a credit below."""

    occurred_at: datetime
    kind: str
    words: str
    actor_name: str
    account: str
    amount_minor: int
    invoice_number: str | None


def payment_history(session: Session, payment_id: int) -> list[HistoryLine]:
    """Every ledger entry of the payment on its invoices or on unapplied cash, in order. One statement."""
    rows = session.execute(
        select(
            LedgerTransaction.occurred_at,
            LedgerTransaction.kind,
            LedgerTransaction.words,
            LedgerTransaction.actor_name,
            LedgerEntry.account,
            LedgerEntry.amount_minor,
            Invoice.number,
        )
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .outerjoin(Invoice, Invoice.id == LedgerEntry.invoice_id)
        .where(LedgerEntry.payment_id == payment_id, LedgerEntry.account.in_((RECEIVABLE, UNAPPLIED)))
        .order_by(tuple_(LedgerTransaction.occurred_at, LedgerEntry.transaction_id, LedgerEntry.line_no))
    )
    return [HistoryLine(*row) for row in rows]
