"""An attempt to pay with what became of it: the page a payer comes back to, and the receipt.

A refund or a chargeback does not change what a receipt says was paid; it stands there beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import DISCOUNTS, RECEIVABLE
from portal.billing.models.invoices import Invoice
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.models.payments import GroupAllocation, Payment, PaymentAllocation, PaymentAttempt
from portal.billing.models.stripe_facts import StripeChargeback
from portal.billing.payments.queries.group import passed_on
from portal.billing.settlement.queries import chargebacks_of

# What takes money out of a payment again, and puts it back.
TAKEN_OUT = ("refund", "refund_failed", "chargeback_lost")


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A document of the payment. ``asked_minor`` is what was to be settled of it, discount included (below zero of a
    credit memo); ``paid_minor`` and ``discount_minor`` are what the payment did settle."""

    number: str
    kind: str
    asked_minor: int
    discount_asked_minor: int
    paid_minor: int
    discount_minor: int
    open_minor: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """An attempt, its payment when the money came, and its documents."""

    attempt: PaymentAttempt
    payment: Payment | None
    lines: list[ReceiptLine]
    chargebacks: list[StripeChargeback] = field(default_factory=list)
    group: Sequence[GroupAllocation] = ()  # invoices of branches

    @property
    def charged_back_minor(self) -> int:
        """What the payer's bank has taken back for good."""
        return sum(each.amount_minor for each in self.chargebacks if each.state == "lost")

    @property
    def withheld_minor(self) -> int:
        """What the payer's bank holds back until it decides."""
        return sum(each.amount_minor for each in self.chargebacks if each.closed_at is None)

    @property
    def numbers(self) -> list[str]:
        """Invoices to try again for."""
        return [line.number for line in self.lines if line.kind == "invoice"]


def receipt_of(session: Session, attempt: PaymentAttempt) -> Receipt:
    """The receipt of an attempt. Two statements, four once it is paid."""
    payment = session.scalars(select(Payment).where(Payment.attempt_id == attempt.id)).one_or_none()
    done = _settled(session, payment.id) if payment else {}
    rows = session.execute(
        select(Invoice, PaymentAllocation.amount_minor, PaymentAllocation.discount_minor)
        .join(PaymentAllocation, PaymentAllocation.invoice_id == Invoice.id)
        .where(PaymentAllocation.attempt_id == attempt.id)
        .order_by(Invoice.kind.desc(), Invoice.id)
    )
    lines = [_line(invoice, asked, discount, done) for invoice, asked, discount in rows]
    chargebacks = list(chargebacks_of(session, payment.id)) if payment else []
    return Receipt(attempt, payment, lines, chargebacks, passed_on(session, attempt))


def _line(
    invoice: Invoice, asked: int, discount: int, done: Mapping[tuple[str, int | None], int]
) -> ReceiptLine:
    return ReceiptLine(
        invoice.number,
        invoice.kind,
        asked,
        discount,
        done.get((RECEIVABLE, invoice.id), 0),
        done.get((DISCOUNTS, invoice.id), 0),
        invoice.open_minor,
    )


def _settled(session: Session, payment_id: int) -> dict[tuple[str, int | None], int]:
    """By account and invoice: what the payment settled of it, above zero."""
    rows = session.execute(
        select(LedgerEntry.account, LedgerEntry.invoice_id, func.sum(LedgerEntry.amount_minor).label("minor"))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(
            LedgerTransaction.kind.not_in(TAKEN_OUT),
            LedgerEntry.payment_id == payment_id,
            LedgerEntry.invoice_id.is_not(None),
            LedgerEntry.account.in_((RECEIVABLE, DISCOUNTS)),
        )
        .group_by(LedgerEntry.account, LedgerEntry.invoice_id)
    )
    return {(row.account, row.invoice_id): abs(int(row.minor)) for row in rows}
