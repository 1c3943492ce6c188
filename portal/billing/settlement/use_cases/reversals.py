"""Money of a payment that is ours no more: a refund or a lost chargeback takes it out of the books again."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import RECEIVABLE, UNAPPLIED
from portal.billing.ledger.use_cases import Side
from portal.billing.models.payments import Payment
from portal.billing.settlement.queries import shares
from portal.billing.settlement.use_cases.locks import lock_documents


def sides_back(session: Session, payment: Payment, amount_minor: int, *, rest_to: str = "") -> list[Side]:
    """The sides that take so much out of a locked payment: what waits unapplied first, then the invoices it paid,
    the one due last first; these are open again by as much. Their sum is ``amount_minor``.

    :param rest_to: the account that bears what the payment has not got any more: money that was given back before.
    :raises ValueError: when the payment has not got that much, and no account bears the rest.
    """
    unapplied = min(amount_minor, payment.unapplied_minor)
    sides = [Side(UNAPPLIED, unapplied, payment_id=payment.id)] if unapplied else []
    rest = amount_minor - unapplied
    if rest:
        lying = shares(session, payment.id)
        lock_documents(session, company_id=payment.company_id, ids=[share.invoice_id for share in lying])
        for share in lying:
            part = min(rest, share.amount_minor)
            if part:
                sides.append(Side(RECEIVABLE, part, invoice_id=share.invoice_id, payment_id=payment.id))
                rest -= part
    if rest and rest_to:
        sides.append(Side(rest_to, rest, payment_id=payment.id))
    elif rest:
        raise ValueError(f"payment {payment.number} has not got {amount_minor}: {rest} too little")
    return sides
