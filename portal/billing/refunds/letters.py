"""Mails about a refund: that it is on its way, and that it did not arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.payers.letters import mail_payers
from portal.foundation.mail import Letter
from portal.foundation.money import format_minor


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


@dataclass(frozen=True, kw_only=True)
class RefundFailed(Letter, words="news of a failed refund"):
    """A refund did not arrive: the money is with the seller again. ``unapplied``: what of it is on no invoice."""

    number: str
    amount: str
    method: str
    reopened: bool
    unapplied: str


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


def mail_refund_failed(session: Session, payment: Payment, refund: Refund) -> None:
    """Tell the company's payers that what was said to go back did not arrive."""
    session.refresh(payment, ["unapplied_minor"])
    unapplied = payment.unapplied_minor
    letter = RefundFailed(
        number=payment.number,
        amount=format_minor(refund.amount_minor, refund.currency),
        method=payment.method_words,
        reopened=refund.reopens,
        unapplied=format_minor(unapplied, refund.currency) if unapplied else "",
    )
    mail_payers(session, letter, key=f"refund_failed:{refund.id}", company_id=payment.company_id)
