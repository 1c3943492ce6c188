"""A parent's payment and the payments of branches that came with it, for staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import RECEIVABLE
from portal.billing.models.invoices import Invoice
from portal.billing.models.ledger import LedgerEntry
from portal.billing.models.payments import Payment
from portal.billing.settlement.queries import AppliedPart


@dataclass(frozen=True, slots=True)
class Kin:
    """The parent's payment that a branch's came with, or one of a branch that came with a parent's."""

    number: str
    company_name: str
    amount_minor: int
    is_reversed: bool


def kin_of(session: Session, payment: Payment) -> Sequence[Kin]:
    """Of a branch's payment the parent's, of any other those of branches. One statement."""
    of = or_(Payment.id == payment.group_payment, Payment.group_payment == payment.id)
    rows = session.execute(
        select(Payment.number, Company.name, Payment.amount_minor, Payment.reversed_at.is_not(None))
        .join(Company, Company.id == Payment.company_id)
        .where(of)
        .order_by(Company.name, Payment.id)
    )
    return [Kin(*row) for row in rows]


def branch_parts(session: Session, payment_id: int) -> list[AppliedPart]:
    """The invoices of branches to which a parent's payment is applied now, with the branch beside the number, the latest due
    first. One statement."""
    applied = -func.sum(LedgerEntry.amount_minor)
    found = session.execute(
        select(Invoice.id, Invoice.number + ", " + Company.name, Invoice.due_on, applied)
        .join(LedgerEntry, LedgerEntry.invoice_id == Invoice.id)
        .join(Payment, Payment.id == LedgerEntry.payment_id)
        .join(Company, Company.id == Invoice.company_id)
        .where(Payment.group_payment == payment_id, LedgerEntry.account == RECEIVABLE)
        .group_by(Invoice.id, Company.id)
        .having(applied > 0)
        .order_by(Invoice.due_on.desc(), Invoice.id.desc())
    )
    return [AppliedPart(*row) for row in found]
