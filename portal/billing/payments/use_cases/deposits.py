"""Paying a round sum ahead: money on account for no invoice in particular."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.new_payment import NewPayment
from portal.billing.payments.use_cases.start import start_payment
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected


def pay_on_account(
    session: Session, *, actor: Actor, amount_minor: int, form_key: str, now: datetime, today: date
) -> PaymentAttempt:
    """Begin a payment that becomes money on account. Idempotent per form.

    :raises NotFound: if the actor may not pay.
    :raises Rejected: ``amount`` on its field, and what :func:`start_payment` refuses.
    """
    if not actor.can("invoices:pay"):
        raise NotFound
    if amount_minor <= 0:
        raise Rejected("amount", "Enter the amount to pay ahead.", field="amount")
    new = NewPayment(
        company_id=actor.customer_id, amount_minor=amount_minor, on_account=True, form_key=form_key
    )
    return start_payment(session, new, actor=actor, now=now, today=today)
