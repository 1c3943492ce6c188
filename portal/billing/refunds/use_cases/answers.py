"""Stripe's answers about refunds, brought into our rows and the books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.actors import actor_on_record
from portal.billing.chart_of_accounts import STRIPE
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.payment_states import REFUND_GONE
from portal.billing.refunds.rules import STATES
from portal.billing.refunds.use_cases.posts import DoesNotFit, locked_refund, post_failure, post_refund
from portal.billing.stripe.objects import Refunded
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import transaction


def take_in_refund(
    sessions: Callable[[], Session], refund_id: int, answer: Refunded, *, now: datetime
) -> Refund:
    """Bring a refund and the books in line with Stripe's answer. Idempotent, in any order of answers.

    :raises DoesNotFit: if amount, currency or charge differ from ours.
    """
    with transaction(sessions) as session:
        payment, refund = locked_refund(session, refund_id)
        _check_fits(payment, refund, answer)
        refund.stripe_refund_id = answer.id
        refund.updated_at = now
        state = STATES.get(answer.status, "pending")
        if state in REFUND_GONE:
            refund.failure_words = answer.failure_reason.replace("_", " ")
        # A failed refund stays failed: an older answer that arrives late does not undo it.
        if refund.state not in REFUND_GONE:
            _advance(session, payment, refund, state, now)
        return refund


def _advance(session: Session, payment: Payment, refund: Refund, state: str, now: datetime) -> None:
    # First: what is only asked for keeps its credit memo from everybody, the posting among them.
    refund.state = state
    session.flush()
    if state in REFUND_GONE:
        post_failure(session, payment, refund, now=now)
    else:
        post_refund(session, payment, refund, out_of=STRIPE, actor=_actor(refund), now=now)


def _check_fits(payment: Payment, refund: Refund, answer: Refunded) -> None:
    ours = (refund.amount_minor, refund.currency, payment.charge_id)
    if (answer.amount_minor, answer.currency, answer.charge) != ours:
        raise DoesNotFit(f"refund {refund.id}: Stripe has {answer.id} of another amount, currency or charge")


def _actor(refund: Refund) -> Actor:
    """Who asked for it, for the books: Stripe's answer may come much later, in a worker."""
    if refund.actor_user_id is None:
        return SYSTEM
    return actor_on_record("admin", user_id=refund.actor_user_id, name=refund.actor_name)
