"""What a company has that can be applied to invoices: unapplied cash and open credit memos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from portal.billing.invoices.queries.open_documents import open_documents
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.settlement.queries import UNDONE
from portal.foundation.errors import NotFound
from portal.foundation.secrets.handles import handle


@dataclass(frozen=True, slots=True)
class Credit:
    """Something that can be applied to invoices: unapplied cash of a payment, or a credit memo."""

    kind: str  # cash, memo
    id: int
    number: str
    words: str
    currency: str
    since: date
    free_minor: int
    of_ended_order: bool = False  # it was paid ahead for an order that did not use it
    asked_at: datetime | None = None  # the company wants it back since then

    @property
    def name(self) -> str:
        """Names it in addresses and forms: ``memo-<handle>``."""
        return f"{self.kind}-{handle('credit', self.id)}"


def unapplied_cash(session: Session, company_id: int, *, ahead: bool) -> list[Credit]:
    """Payments with unapplied cash, oldest first, less pending refunds. One statement.

    :param ahead: with money that was paid ahead for an order, which is applied to that order's invoice automatically.
    """
    back = (
        select(func.coalesce(func.sum(Refund.amount_minor), 0))
        .where(Refund.payment_id == Payment.id, Refund.state == "created")
        .correlate(Payment)
        .scalar_subquery()
    )
    query = select(
        Payment.id,
        Payment.number,
        Payment.method_words,
        Payment.currency,
        Payment.received_on,
        Payment.unapplied_minor - back,
        Payment.ended_draft_id.is_not(None),
        Payment.return_asked_at,
    ).where(Payment.company_id == company_id, Payment.unapplied_minor > 0)
    if not ahead:
        query = query.where(Payment.draft_id.is_(None))
    rows = session.execute(query.order_by(Payment.received_at, Payment.id))
    found = [Credit("cash", *row) for row in rows]
    return [each for each in found if each.free_minor > 0]


def credits_of(session: Session, company_id: int, *, ahead: bool) -> list[Credit]:
    """Unapplied cash first, then credit memos, oldest first. Two statements.

    :param ahead: with money that was paid ahead for an order.
    """
    memos = [
        Credit("memo", each.id, each.number, "Credit memo", each.currency, each.issued_on, -each.free_minor)
        for each in open_documents(session, company_id, kind="credit_memo")
        if each.free_minor < 0
    ]
    return [*unapplied_cash(session, company_id, ahead=ahead), *memos]


def credit_named(session: Session, company_id: int, name: str, *, ahead: bool) -> Credit:
    """One of them by its name, ``cash-…`` or ``memo-…``.

    :raises NotFound: if the company has no such credit, or nothing of it is left.
    """
    found = next((each for each in credits_of(session, company_id, ahead=ahead) if each.name == name), None)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Application:
    """Unapplied cash or a credit memo that was applied to invoices."""

    transaction_id: int
    occurred_at: datetime
    words: str
    actor_name: str
    amount_minor: int
    currency: str
    is_undone: bool


def applications(session: Session, company_id: int, limit: int = 20) -> list[Application]:
    """The company's newest applications; those that were undone are marked. One statement."""
    undo = aliased(LedgerTransaction)
    debit = func.sum(LedgerEntry.amount_minor).filter(LedgerEntry.amount_minor > 0)
    found = session.execute(
        select(
            LedgerTransaction.id,
            LedgerTransaction.occurred_at,
            LedgerTransaction.words,
            LedgerTransaction.actor_name,
            debit,
            LedgerTransaction.currency,
            select(undo.id)
            .where(undo.posting_key == LedgerTransaction.posting_key + UNDONE)
            .correlate(LedgerTransaction)
            .exists(),
        )
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .where(
            LedgerTransaction.company_id == company_id,
            LedgerTransaction.kind == "application",
            LedgerTransaction.posting_key.not_like("%" + UNDONE),
        )
        .group_by(LedgerTransaction.id)
        .order_by(LedgerTransaction.occurred_at.desc(), LedgerTransaction.id.desc())
        .limit(limit)
    )
    return [Application(*row) for row in found]
