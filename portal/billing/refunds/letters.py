"""The mail about a refund."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.payers.letters import mail_payers
from portal.foundation.mail import Letter


@dataclass(frozen=True, kw_only=True)
class PaymentRefunded(Letter, words="refund"):
    """Money of a payment goes back. ``reopens``: invoices are open again by it; ``memos``: numbers of the credit memos
    whose credit it is."""

    number: str
    amount_minor: int
    currency: str
    reason: str
    method: str
    reopens: bool
    memos: list[str]


def mail_payment_refunded(
    session: Session, payment: Payment, refund: Refund, memos: Sequence[str] = ()
) -> None:
    """Tell the company's payers what goes back.

    :param memos: numbers of the credit memos that are paid out by it.
    """
    letter = PaymentRefunded(
        number=payment.number,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        reason=refund.reason,
        method=payment.method_words,
        reopens=refund.reopens,
        memos=list(memos),
    )
    mail_payers(session, letter, key=f"payment_refunded:{refund.id}", company_id=payment.company_id)
