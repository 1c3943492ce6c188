"""A parent's payment is passed on to its branches: out of the parent's books and into each branch's, where it settles
invoices. The money comes once, to the parent; see docs/decisions/0035."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.payments import GroupAllocation, Payment
from portal.billing.settlement.queries import posted
from portal.billing.settlement.split import Share, split
from portal.billing.settlement.use_cases.group_on import PassedOn, pass_to_branch, transfer_key
from portal.billing.settlement.use_cases.locks import lock_invoices
from portal.foundation.actor import SYSTEM


def pass_on(session: Session, attempt_id: int, *, now: datetime) -> None:
    """Settle the branches' invoices that an attempt is for, once its money is with the parent. What an invoice no longer
    takes stays on the parent's account. Idempotent; as the owner of the tables, for it is about several companies.
    """
    found = session.scalars(select(Payment).where(Payment.attempt_id == attempt_id).with_for_update())
    payment = found.one_or_none()
    if payment is None:
        return
    rows = session.scalars(
        select(GroupAllocation)
        .where(GroupAllocation.attempt_id == attempt_id, GroupAllocation.settled_minor.is_(None))
        .order_by(GroupAllocation.branch_id, GroupAllocation.branch_invoice)
    ).all()
    branches = sorted({row.branch_id for row in rows})
    # All at once, in id order: whoever else locks invoices of several branches does it in the same order.
    lock_invoices(session, company_id=branches, ids=[row.branch_invoice for row in rows])
    for branch_id in branches:
        _pass_on(session, payment, branch_id, [row for row in rows if row.branch_id == branch_id], now)


def _pass_on(
    session: Session, payment: Payment, branch_id: int, rows: Sequence[GroupAllocation], now: datetime
) -> None:
    if posted(session, transfer_key(payment.number, branch_id)):
        return
    documents = lock_invoices(session, company_id=branch_id, ids=[row.branch_invoice for row in rows])
    session.refresh(payment, ["unapplied_minor"])
    asked = [Share(row.branch_invoice, row.amount_minor, row.discount_minor) for row in rows]
    money = min(payment.unapplied_minor, sum(share.to_pay_minor for share in asked))
    parts = split(money, asked, {id: document.open_minor for id, document in documents.items()})
    shares = [
        Share(id, paid + parts.discounts.get(id, 0), parts.discounts.get(id, 0))
        for id, paid in parts.paid.items()
    ]
    settled = {share.invoice_id: share.amount_minor for share in shares}
    for row in rows:
        row.settled_minor = settled.get(row.branch_invoice, 0)
    if shares:
        new = PassedOn(branch_id, rows[0].branch_name, shares, payment.number, payment.received_at)
        pass_to_branch(session, payment, new, actor=SYSTEM, now=now)
    session.flush()
