"""What became of a payment: on which invoices it lies, what of it waits, what of it is on its way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import RECEIVABLE, UNAPPLIED
from portal.billing.models.invoices import Invoice
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.models.payments import Payment, Refund
from portal.billing.models.stripe_facts import StripeDispute

UNDONE = ":undone"  # ends the posting key of what takes an application back


def posted(session: Session, key: str) -> int | None:
    """The transaction of the books under this posting key, if there is one."""
    return session.scalar(select(LedgerTransaction.id).where(LedgerTransaction.posting_key == key))


@dataclass(frozen=True, slots=True)
class Share:
    """So much of a payment lies on this invoice (minor units, above zero; an early-payment discount that was given
    with it counts)."""

    invoice_id: int
    number: str
    due_on: date
    amount_minor: int


def shares(session: Session, payment_id: int) -> list[Share]:
    """The invoices on which a payment lies now, the one due last first. One statement."""
    lies = -func.sum(LedgerEntry.amount_minor)
    found = session.execute(
        select(Invoice.id, Invoice.number, Invoice.due_on, lies)
        .join(LedgerEntry, LedgerEntry.invoice_id == Invoice.id)
        .where(LedgerEntry.payment_id == payment_id, LedgerEntry.account == RECEIVABLE)
        .group_by(Invoice.id)
        .having(lies > 0)
        .order_by(Invoice.due_on.desc(), Invoice.id.desc())
    )
    return [Share(*row) for row in found]


def going_back(session: Session, payment_id: int) -> int:
    """Refunds that are asked for and not in the books yet, in minor units."""
    return int(
        session.scalar(
            select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(
                Refund.payment_id == payment_id, Refund.state == "created"
            )
        )
        or 0
    )


def disputes_of(session: Session, payment_id: int) -> Sequence[StripeDispute]:
    """The payment's chargebacks, oldest first."""
    return session.scalars(
        select(StripeDispute)
        .where(StripeDispute.payment_id == payment_id)
        .order_by(StripeDispute.opened_at, StripeDispute.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Chargeback:
    """A chargeback that is not decided yet, with the payment and the company it is about."""

    dispute: StripeDispute
    payment_number: str
    company_name: str


def open_chargebacks(session: Session, limit: int = 20) -> list[Chargeback]:
    """Chargebacks that wait for an answer or for the bank, oldest first. One statement."""
    rows = session.execute(
        select(StripeDispute, Payment.number, Company.name)
        .join(Payment, Payment.id == StripeDispute.payment_id)
        .join(Company, Company.id == StripeDispute.company_id)
        .where(StripeDispute.closed_at.is_(None))
        .order_by(StripeDispute.opened_at, StripeDispute.id)
        .limit(limit)
    )
    return [Chargeback(*row) for row in rows]


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
    """The company's newest applications; those that were taken back are marked. One statement."""
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

    @property
    def name(self) -> str:
        """Names it in addresses and forms: ``memo-12``."""
        return f"{self.kind}-{self.id}"


def unapplied_cash(session: Session, company_id: int, *, ahead: bool) -> list[Credit]:
    """Payments of which something waits, oldest first, less what is on its way back. One statement.

    :param ahead: with money that was paid ahead for an order; it goes to that order's invoice by itself.
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
    ).where(Payment.company_id == company_id, Payment.unapplied_minor > 0)
    if not ahead:
        query = query.where(Payment.draft_id.is_(None))
    rows = session.execute(query.order_by(Payment.received_at, Payment.id))
    return [Credit("cash", *row) for row in rows if row[-1] > 0]


@dataclass(frozen=True, slots=True)
class Fate:
    """A line of a payment's history in the books."""

    occurred_at: datetime
    kind: str
    words: str
    actor_name: str
    account: str
    amount_minor: int
    invoice_number: str | None


def fate(session: Session, payment_id: int) -> list[Fate]:
    """Every entry of the books that concerns the payment's invoices or its unapplied rest, in order. One statement."""
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
    return [Fate(*row) for row in rows]
