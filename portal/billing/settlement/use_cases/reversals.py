"""Reverses a payment's postings after a refund or a lost chargeback."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import RECEIVABLE, UNAPPLIED
from portal.billing.ledger.use_cases import Side
from portal.billing.models.payments import Payment
from portal.billing.settlement.queries import applied_parts
from portal.billing.settlement.use_cases.locks import lock_invoices


def sides_back(session: Session, payment: Payment, amount_minor: int, *, rest_to: str = "") -> list[Side]:
    """The sides that take an amount out of a locked payment: unapplied cash first, then its invoices, the latest due
    first, which are reopened by as much. Their sum is ``amount_minor``.

    :param rest_to: account charged for the part already refunded.
    :raises ValueError: if less than the amount is left of the payment, and no account is charged for the rest.
    """
    unapplied = min(amount_minor, payment.unapplied_minor)
    sides = [Side(UNAPPLIED, unapplied, payment_id=payment.id)] if unapplied else []
    if amount_minor > unapplied:
        sides += _reopened(session, payment, amount_minor - unapplied)
    rest = amount_minor - sum(side.amount_minor for side in sides)
    if rest and not rest_to:
        raise ValueError(f"payment {payment.number} has not got {amount_minor}: {rest} too little")
    return [*sides, Side(rest_to, rest, payment_id=payment.id)] if rest else sides


def _reopened(session: Session, payment: Payment, amount_minor: int) -> list[Side]:
    parts = applied_parts(session, payment.id)
    lock_invoices(session, company_id=payment.company_id, ids=[part.invoice_id for part in parts])
    sides, rest = [], amount_minor
    for part in parts:
        amount = min(rest, part.amount_minor)
        if amount:
            sides.append(Side(RECEIVABLE, amount, invoice_id=part.invoice_id, payment_id=payment.id))
            rest -= amount
    return sides
