"""What a parent's payment passed on to a branch by mistake goes back to the parent's account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import GROUP, UNAPPLIED
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.models.payments import Payment
from portal.billing.offline_payments.use_cases.reverse import Reversal, Taken, moved_by, reverse_one
from portal.billing.settlement.queries import UNDONE
from portal.billing.settlement.use_cases.group_on import transfer_key_of
from portal.billing.settlement.use_cases.locks import lock_invoices, lock_payment
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected


def take_from_branch(session: Session, *, actor: Actor, payment_id: int, now: datetime) -> bool:
    """Take a branch's payment back: its invoices are open as before, and the parent has the money on its account again.
    Idempotent.

    :returns: False if it was taken back before.
    :raises NotFound: if the actor lacks the permission, or it did not come with a parent's payment.
    :raises Rejected: ``nothing`` if the branch has nothing of it any longer.
    """
    parent_id = session.scalar(select(Payment.group_payment).where(Payment.id == payment_id))
    if not actor.can("billing:manage") or parent_id is None:
        raise NotFound
    parent = lock_payment(session, company_id=None, payment_id=parent_id)
    payment = lock_payment(session, company_id=None, payment_id=payment_id)
    if payment.reversed_at is not None:
        return False
    taken = Taken(payment, moved_by(session, payment))
    held = sum(int(row.minor) for row in taken.moved if row.account == GROUP)
    if held <= 0:
        raise Rejected("nothing", "The parent company has all of it back already.", outcome="conflict")
    lock_invoices(session, company_id=payment.company_id, ids=taken.invoice_ids)
    reverse_one(session, taken, Reversal("mistake"), actor, now)
    _post_back(session, parent, payment, held, actor, now)
    return True


def _post_back(
    session: Session, parent: Payment, payment: Payment, minor: int, actor: Actor, now: datetime
) -> None:
    branch = session.get_one(Company, payment.company_id)
    post(
        session,
        key=transfer_key_of(_posting_key(session, payment)) + UNDONE,
        kind="transfer",
        company_id=parent.company_id,
        currency=parent.currency,
        occurred_at=now,
        sides=[Side(GROUP, minor, payment_id=parent.id), Side(UNAPPLIED, -minor, payment_id=parent.id)],
        actor=actor,
        words=f"Payment {parent.number}, taken back from {branch.name}",
    )


def _posting_key(session: Session, payment: Payment) -> str:
    """Under which the branch's books received it."""
    return session.scalars(
        select(LedgerTransaction.posting_key)
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .where(LedgerEntry.payment_id == payment.id, LedgerTransaction.kind == "payment")
        .limit(1)
    ).one()
