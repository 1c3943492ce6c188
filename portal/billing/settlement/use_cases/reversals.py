"""Reverses a payment's postings after a refund or a lost chargeback."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import RECEIVABLE, UNAPPLIED
from portal.billing.ledger.use_cases import Side
from portal.billing.models.payments import Payment
from portal.billing.settlement.queries import applied_parts, open_memos_of
from portal.billing.settlement.use_cases.group_back import bring_back
from portal.billing.settlement.use_cases.locks import lock_documents, lock_invoices


def sides_back(
    session: Session,
    payment: Payment,
    amount_minor: int,
    *,
    rest_to: str = "",
    memo_id: int | None = None,
    fact: str = "",
) -> list[Side]:
    """The sides that take an amount out of a locked payment: unapplied cash first, then open credit memos that correct
    its invoices, whose credit is paid out by it; then its invoices, the latest due first, which are reopened by as much.
    Their sum is ``amount_minor``.

    :param rest_to: account charged for the part already refunded.
    :param memo_id: a credit memo that is paid out before anything else.
    :param fact: names what is brought back from branches.
    :raises ValueError: if less than the amount is left of the payment, and no account is charged for the rest.
    """
    bring_back(session, payment, amount_minor, fact)
    sides = _paid_out(session, payment, [memo_id] if memo_id else [], amount_minor)
    unapplied = min(amount_minor - _sum(sides), payment.unapplied_minor)
    sides += [Side(UNAPPLIED, unapplied, payment_id=payment.id)] if unapplied else []
    if amount_minor > _sum(sides):
        sides += _of_invoices(session, payment, amount_minor - _sum(sides), but=memo_id)
    rest = amount_minor - _sum(sides)
    if rest and not rest_to:
        raise ValueError(f"payment {payment.number} has not got {amount_minor}: {rest} too little")
    return [*sides, Side(rest_to, rest, payment_id=payment.id)] if rest else sides


def _sum(sides: Sequence[Side]) -> int:
    return sum(side.amount_minor for side in sides)


def _of_invoices(session: Session, payment: Payment, amount_minor: int, *, but: int | None) -> list[Side]:
    """Out of the invoices of a payment: what credit memos correct of them is paid out, the rest is open again."""
    parts = applied_parts(session, payment.id)
    invoices = [part.invoice_id for part in parts]
    memos = [id for id in open_memos_of(session, payment.company_id, invoices) if id != but]
    lock_invoices(session, company_id=payment.company_id, ids=[*invoices, *memos])
    sides = _paid_out(session, payment, memos, amount_minor)
    rest = amount_minor - _sum(sides)
    for part in parts:
        amount = min(rest, part.amount_minor)
        if amount:
            sides.append(Side(RECEIVABLE, amount, invoice_id=part.invoice_id, payment_id=payment.id))
            rest -= amount
    return sides


def _paid_out(session: Session, payment: Payment, memo_ids: Sequence[int], amount_minor: int) -> list[Side]:
    """Credit memos paid out with the money, as far as no payment under way uses them."""
    sides, rest = [], amount_minor
    for id, memo in sorted(lock_documents(session, company_id=payment.company_id, ids=memo_ids).items()):
        amount = min(rest, max(0, -memo.free_minor))
        if amount:
            sides.append(Side(RECEIVABLE, amount, invoice_id=id, payment_id=payment.id))
            rest -= amount
    return sides
