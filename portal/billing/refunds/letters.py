"""The mail about a refund."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.payers.letters import mail_payers
from portal.foundation.mail import Letter


@dataclass(frozen=True, kw_only=True)
class PaymentRefunded(Letter, words="refund"):
    """Money of a payment goes back. ``reopens``: invoices are open again by it."""

    number: str
    amount_minor: int
    currency: str
    reason: str
    method: str
    reopens: bool


def mail_payment_refunded(session: Session, payment: Payment, refund: Refund) -> None:
    """Tell the company's payers what goes back."""
    letter = PaymentRefunded(
        number=payment.number,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        reason=refund.reason,
        method=payment.method_words,
        reopens=refund.reopens,
    )
    mail_payers(session, letter, key=f"payment_refunded:{refund.id}", company_id=payment.company_id)
