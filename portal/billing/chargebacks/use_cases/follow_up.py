"""What a chargeback means beyond the books: what is not charged any longer, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.chargebacks.letters import (
    mail_chargeback_decided,
    mail_chargeback_lost,
    mail_chargeback_opened,
)
from portal.billing.chart_of_accounts import RECEIVABLE
from portal.billing.methods.queries import autopay_of
from portal.billing.methods.use_cases.suspension import Suspended, methods_behind, suspend_after_chargeback
from portal.billing.models.invoices import Invoice
from portal.billing.models.ledger import LedgerEntry
from portal.billing.models.payments import Payment
from portal.billing.models.stripe_facts import StripeChargeback
from portal.billing.settlement.letters import mail_branches_reopened
from portal.billing.settlement.queries import BranchReopened


def follow_opened(
    session: Session, payment: Payment, chargeback: StripeChargeback, *, is_over: bool, now: datetime
) -> None:
    """Suspend what the payment was made with, and tell our administrators while an answer helps.

    :param is_over: it is decided already.
    """
    suspended = suspend_after_chargeback(session, payment, chargeback_id=chargeback.id, now=now)
    if not is_over:
        mail_chargeback_opened(session, payment, chargeback, suspended)


def follow_won(session: Session, payment: Payment, chargeback: StripeChargeback) -> None:
    """Tell our administrators. What is suspended stays so until a person decides otherwise."""
    mail_chargeback_decided(session, payment, chargeback, won=True)


def follow_lost(
    session: Session,
    payment: Payment,
    chargeback: StripeChargeback,
    posting_id: int,
    in_branches: Sequence[BranchReopened],
    now: datetime,
) -> None:
    """Tell the payers what is open again, and our administrators. What was saved since the opening is suspended, too.

    :param in_branches: of a parent's payment: what is open again in branches, whose payers are told as well.
    """
    suspend_after_chargeback(session, payment, chargeback_id=chargeback.id, now=now)
    reopened = session.execute(
        select(Invoice.number, LedgerEntry.amount_minor)
        .join(LedgerEntry, LedgerEntry.invoice_id == Invoice.id)
        .where(LedgerEntry.transaction_id == posting_id, LedgerEntry.account == RECEIVABLE)
        .order_by(Invoice.due_on, Invoice.id)
    )
    rows = [(number, minor, "") for number, minor in reopened]
    rows += [(each.number, each.amount_minor, each.branch_name) for each in in_branches]
    mail_chargeback_lost(session, payment, chargeback, rows, _suspended(session, payment))
    mail_branches_reopened(session, payment, in_branches, fact=chargeback.id, by_bank=True)
    mail_chargeback_decided(session, payment, chargeback, won=False)


def _suspended(session: Session, payment: Payment) -> Suspended:
    """What is suspended now, whenever that was done."""
    words = [
        each.words
        for each in methods_behind(session, payment)
        if each.suspended_at is not None and each.removed_at is None
    ]
    mandate = autopay_of(session, payment.company_id)
    return Suspended(tuple(dict.fromkeys(words)), mandate is not None and mandate.suspended_at is not None)
