"""How a payment is recorded in the ledger: the invoices it is applied to, pending refunds, and chargebacks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import DISCOUNTS, GROUP, RECEIVABLE
from portal.billing.models.invoices import Invoice, InvoiceLine
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.models.stripe_facts import StripeChargeback
from portal.billing.models.write_offs import WriteOff
from portal.billing.settlement.receipt_sheet import PaidPart, Received

# What takes money out of a payment again: a receipt says what was paid all the same.
_LATER = ("refund", "refund_failed", "chargeback_lost", "reversal")
UNDONE = ":undone"  # ends the posting key of what undoes an application or what went on to a branch


def posted(session: Session, key: str) -> int | None:
    """The ledger transaction with this posting key, if there is one."""
    return session.scalar(select(LedgerTransaction.id).where(LedgerTransaction.posting_key == key))


@dataclass(frozen=True, slots=True)
class AppliedPart:
    """The part of a payment that is applied to an invoice (minor units, above zero), with the early-payment discount
    that was given for it."""

    invoice_id: int
    number: str
    due_on: date
    amount_minor: int


def applied_parts(session: Session, payment_id: int) -> list[AppliedPart]:
    """The invoices to which a payment is applied now, the latest due first. One statement."""
    applied = -func.sum(LedgerEntry.amount_minor)
    found = session.execute(
        select(Invoice.id, Invoice.number, Invoice.due_on, applied)
        .join(LedgerEntry, LedgerEntry.invoice_id == Invoice.id)
        .where(LedgerEntry.payment_id == payment_id, LedgerEntry.account == RECEIVABLE)
        .group_by(Invoice.id)
        .having(applied > 0)
        .order_by(Invoice.due_on.desc(), Invoice.id.desc())
    )
    return [AppliedPart(*row) for row in found]


@dataclass(frozen=True, slots=True)
class BranchReopened:
    """What was brought back from an invoice of a branch, which is open again by as much."""

    branch_id: int
    branch_name: str
    number: str
    amount_minor: int


def reopened_in_branches(session: Session, payment_id: int, fact: str) -> list[BranchReopened]:
    """What was brought back from branches of a parent's payment for a fact. One statement."""
    rows = session.execute(
        select(Company.id, Company.name, Invoice.number, LedgerEntry.amount_minor)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .join(Payment, Payment.id == LedgerEntry.payment_id)
        .join(Invoice, Invoice.id == LedgerEntry.invoice_id)
        .join(Company, Company.id == Invoice.company_id)
        .where(
            Payment.group_payment == payment_id,
            LedgerEntry.account == RECEIVABLE,
            LedgerTransaction.posting_key.startswith(f"transfer:{fact}:", autoescape=True),
        )
        .order_by(Company.name, Invoice.due_on, Invoice.id)
    )
    return [BranchReopened(*row) for row in rows]


def open_memos_of(session: Session, company_id: int, invoice_ids: Collection[int]) -> list[int]:
    """The company's open credit memos that correct any of these invoices, the oldest first. One statement."""
    if not invoice_ids:
        return []
    lines = select(InvoiceLine.invoice_id).where(InvoiceLine.corrects_invoice_id.in_(list(invoice_ids)))
    found = session.scalars(
        select(Invoice.id)
        .where(
            Invoice.company_id == company_id,
            Invoice.kind == "credit_memo",
            Invoice.open_minor < 0,
            or_(Invoice.corrects_invoice_id.in_(list(invoice_ids)), Invoice.id.in_(lines)),
        )
        .order_by(Invoice.id)
    )
    return list(found)


def memos_among(session: Session, document_ids: Collection[int]) -> dict[int, str]:
    """Those of the documents that are credit memos, with their numbers. One statement, none without documents."""
    if not document_ids:
        return {}
    query = select(Invoice.id, Invoice.number).where(Invoice.id.in_(list(document_ids)))
    found = session.execute(query.where(Invoice.kind == "credit_memo").order_by(Invoice.id))
    return {row.id: row.number for row in found}


def write_offs_of(session: Session, invoice_id: int) -> Sequence[WriteOff]:
    """What was written off of an invoice, the newest first. One statement."""
    query = select(WriteOff).where(WriteOff.invoice_id == invoice_id).order_by(WriteOff.id.desc())
    return session.scalars(query).all()


def pending_refunds_minor(session: Session, payment_id: int) -> int:
    """Refunds that were requested and are not posted yet, in minor units."""
    return int(
        session.scalar(
            select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(
                Refund.payment_id == payment_id, Refund.state == "created"
            )
        )
        or 0
    )


def chargebacks_of(session: Session, payment_id: int) -> Sequence[StripeChargeback]:
    """The payment's chargebacks, oldest first."""
    return session.scalars(
        select(StripeChargeback)
        .where(StripeChargeback.payment_id == payment_id)
        .order_by(StripeChargeback.opened_at, StripeChargeback.id)
    ).all()


def charged_back(session: Session, invoice_ids: Collection[int]) -> dict[int, datetime]:
    """Which of these invoices a lost chargeback opened again, with when the last one did: they are left to people. One
    statement."""
    if not invoice_ids:
        return {}
    rows = session.execute(
        select(LedgerEntry.invoice_id, func.max(LedgerTransaction.occurred_at))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(
            LedgerEntry.invoice_id.in_(list(invoice_ids)),
            LedgerEntry.account == RECEIVABLE,
            LedgerTransaction.kind == "chargeback_lost",
        )
        .group_by(LedgerEntry.invoice_id)
    )
    return {invoice_id: at for invoice_id, at in rows if invoice_id is not None}


def received(session: Session, payment: Payment) -> Received:
    """What a payment's receipt says. Two statements."""
    settled = func.coalesce(-func.sum(LedgerEntry.amount_minor).filter(LedgerEntry.account == RECEIVABLE), 0)
    saved = func.coalesce(func.sum(LedgerEntry.amount_minor).filter(LedgerEntry.account == DISCOUNTS), 0)
    rows = session.execute(
        select(Invoice.number, settled, saved, Invoice.open_minor)
        .join(LedgerEntry, LedgerEntry.invoice_id == Invoice.id)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(
            LedgerEntry.payment_id == payment.id,
            LedgerEntry.account.in_((RECEIVABLE, DISCOUNTS)),
            LedgerTransaction.kind.not_in(_LATER),
        )
        .group_by(Invoice.id)
        .having(settled != 0)
        .order_by(Invoice.kind.desc(), Invoice.id)
    )
    return Received(
        payment.number,
        payment.received_on,
        payment.method_words,
        payment.reference,
        payment.currency,
        payment.amount_minor,
        payment.unapplied_minor,
        payment.reversed_at is not None,
        [
            *(PaidPart(number, int(paid) - int(off), int(off), left) for number, paid, off, left in rows),
            *(_passed_on(session, payment.id) if payment.group_payment is None else []),
        ],
    )


def _passed_on(session: Session, payment_id: int) -> list[PaidPart]:
    """What went on to branches: their invoices are theirs, but the payer's receipt accounts for all of the money."""
    undo = aliased(LedgerTransaction)
    undone = select(undo.id).where(undo.posting_key == LedgerTransaction.posting_key + UNDONE).exists()
    rows = session.execute(
        select(LedgerTransaction.words, -LedgerEntry.amount_minor)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(
            LedgerEntry.payment_id == payment_id,
            LedgerEntry.account == GROUP,
            LedgerEntry.amount_minor < 0,
            LedgerTransaction.kind == "transfer",
            ~undone,
        )
        .order_by(LedgerTransaction.id)
    )
    return [PaidPart(words, minor, 0, None) for words, minor in rows]


def buyer_of_payment(session: Session, payment: Payment) -> dict[str, str]:
    """Whose money it is, as documents of today name them."""
    return session.get_one(Company, payment.company_id).as_buyer
