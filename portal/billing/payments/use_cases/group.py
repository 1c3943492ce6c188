"""A parent's payment is passed on to its branches: out of the parent's books and into each branch's, where it settles
invoices. The money comes once, to the parent; see docs/decisions/0035."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import GROUP, UNAPPLIED
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.payments import GroupAllocation, Payment
from portal.billing.settlement.queries import posted
from portal.billing.settlement.received import Received
from portal.billing.settlement.split import Share, split
from portal.billing.settlement.use_cases.locks import lock_invoices
from portal.billing.settlement.use_cases.settle import post_payment
from portal.foundation.actor import SYSTEM

KIND = "group"  # of a branch's payment


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
    for branch_id in sorted({row.branch_id for row in rows}):
        _pass_on(session, payment, branch_id, [row for row in rows if row.branch_id == branch_id], now)


def _pass_on(
    session: Session, payment: Payment, branch_id: int, rows: Sequence[GroupAllocation], now: datetime
) -> None:
    key = f"transfer:{payment.number}:{branch_id}"
    if posted(session, key):
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
        _post_out(session, payment, key, rows[0].branch_name, shares, now)
        post_payment(session, _received(session, payment, branch_id, shares), shares, actor=SYSTEM, now=now)
    session.flush()


def _post_out(
    session: Session, payment: Payment, key: str, branch: str, shares: Sequence[Share], now: datetime
) -> None:
    total = sum(share.to_pay_minor for share in shares)
    post(
        session,
        key=key,
        kind="transfer",
        company_id=payment.company_id,
        currency=payment.currency,
        occurred_at=now,
        sides=[Side(UNAPPLIED, total, payment_id=payment.id), Side(GROUP, -total, payment_id=payment.id)],
        actor=SYSTEM,
        words=f"Payment {payment.number}, passed on to {branch}",
    )


def _received(session: Session, payment: Payment, branch_id: int, shares: Sequence[Share]) -> Received:
    parent = session.get_one(Company, payment.company_id)
    return Received(
        company_id=branch_id,
        kind=KIND,
        amount_minor=sum(share.to_pay_minor for share in shares),
        currency=payment.currency,
        received_at=payment.received_at,
        received_on=payment.received_on,
        key=f"payment:group:{payment.number}:{branch_id}",
        account=GROUP,
        method_words=f"Paid by {parent.name}",
        group_payment=payment.id,
    )
