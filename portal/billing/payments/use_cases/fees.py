"""Posts what Stripe kept of a payment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import FEES, STRIPE
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.payments import Payment, PaymentAttempt
from portal.billing.stripe.objects import Intent, Movement
from portal.foundation.actor import SYSTEM


def post_fee_of(session: Session, attempt: PaymentAttempt, intent: Intent | None, now: datetime) -> None:
    """Post the fee of an attempt's payment, if Stripe has named it and it is not posted yet."""
    payment = session.scalar(select(Payment).where(Payment.attempt_id == attempt.id).with_for_update())
    if payment is not None and intent is not None and intent.charge is not None:
        post_fee(session, payment, intent.charge.movement, now)


def post_fee(session: Session, payment: Payment, movement: Movement | None, now: datetime) -> None:
    """Post the fee of a payment once. A fee in another currency cannot be posted here and counts as zero."""
    if movement is None or payment.fee_minor is not None:
        return
    payment.balance_transaction_id = movement.id
    payment.fee_minor = movement.fee_minor if movement.currency == payment.currency else 0
    if movement.currency != payment.currency:
        return
    session.flush()
    post(
        session,
        key=f"fee:{movement.id}",
        kind="fee",
        company_id=payment.company_id,
        currency=payment.currency,
        occurred_at=now,
        sides=_sides(payment.id, movement.fee_minor),
        actor=SYSTEM,
        words=f"Fee for {payment.number}",
    )


def _sides(payment_id: int, fee: int) -> list[Side]:
    return [Side(FEES, fee, payment_id=payment_id), Side(STRIPE, -fee, payment_id=payment_id)]
