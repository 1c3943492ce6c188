"""What a refund does to the books: once when it is on its way, and once more if it fails after all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_on_record
from portal.billing.chart_of_accounts import RECEIVABLE, STRIPE, UNAPPLIED
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.ledger import LedgerEntry
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.payment_states import REFUND_GONE
from portal.billing.refunds.facts import record_refunded
from portal.billing.refunds.letters import mail_payment_refunded
from portal.billing.refunds.rules import STATES
from portal.billing.settlement.queries import posted
from portal.billing.settlement.use_cases.locks import lock_documents, lock_payment
from portal.billing.settlement.use_cases.reversals import sides_back
from portal.billing.stripe.objects import Refunded
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import transaction


class DoesNotFit(Exception):
    """Stripe's refund is not the one that our row names: nothing is posted."""


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
        state, is_over = STATES.get(answer.status, "pending"), refund.state in REFUND_GONE
        if state in REFUND_GONE:
            refund.failure_words = answer.failure_reason.replace("_", " ")
        if is_over:  # a failed refund stays failed: an older answer that arrives late does not undo it
            return refund
        if state in REFUND_GONE:
            _post_failure(session, payment, refund, now=now)
        else:
            post_refund(session, payment, refund, out_of=STRIPE, actor=_actor(refund), now=now)
        refund.state = state
        return refund


def locked_refund(session: Session, refund_id: int) -> tuple[Payment, Refund]:
    """Lock the refund's payment, then the refund."""
    payment_id = session.get_one(Refund, refund_id).payment_id
    payment = lock_payment(session, company_id=None, payment_id=payment_id)
    return payment, session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)


def _check_fits(payment: Payment, refund: Refund, answer: Refunded) -> None:
    ours = (refund.amount_minor, refund.currency, payment.charge_id)
    if (answer.amount_minor, answer.currency, answer.charge) != ours:
        raise DoesNotFit(f"refund {refund.id}: Stripe has {answer.id} of another amount, currency or charge")


def post_refund(
    session: Session, payment: Payment, refund: Refund, *, out_of: str, actor: Actor, now: datetime
) -> bool:
    """Post a refund of a locked payment, once. ``out_of``: the account that pays, Stripe's or the bank's.

    :raises DoesNotFit: if less than that is left of the payment.
    """
    if posted(session, _key(refund)) is not None:
        return False
    sides = _sides_back(session, payment, refund)
    refund.reopens = any(side.account == RECEIVABLE for side in sides)
    post(
        session,
        key=_key(refund),
        kind="refund",
        company_id=payment.company_id,
        currency=payment.currency,
        occurred_at=now,
        sides=[*sides, Side(out_of, -refund.amount_minor, payment_id=payment.id)],
        actor=actor,
        words=f"Refund of {payment.number}" + (f": {refund.reason}" if refund.reason else ""),
    )
    record_refunded(session, refund, payment, "refund", actor, now)
    mail_payment_refunded(session, payment, refund)
    return True


def _sides_back(session: Session, payment: Payment, refund: Refund) -> list[Side]:
    try:
        return sides_back(session, payment, refund.amount_minor)
    except ValueError as error:  # made at Stripe, of money that a chargeback has taken before
        raise DoesNotFit(f"refund {refund.id}: {error}") from error


def _post_failure(session: Session, payment: Payment, refund: Refund, *, now: datetime) -> None:
    """The money is back with us: onto the invoices as far as they are still open, the rest stays unapplied."""
    done = posted(session, _key(refund))
    if done is None:
        return
    entries = session.scalars(
        select(LedgerEntry).where(LedgerEntry.transaction_id == done).order_by(LedgerEntry.line_no)
    ).all()
    post(
        session,
        key=f"{_key(refund)}:failed",
        kind="refund_failed",
        company_id=payment.company_id,
        currency=payment.currency,
        occurred_at=now,
        sides=_sides_of_failure(session, payment, entries),
        actor=SYSTEM,
        words=f"The refund of {payment.number} did not arrive; the money is back",
    )
    record_refunded(session, refund, payment, "refund_failed", SYSTEM, now)


def _sides_of_failure(session: Session, payment: Payment, entries: Sequence[LedgerEntry]) -> list[Side]:
    reopened = {e.invoice_id: e.amount_minor for e in entries if e.account == RECEIVABLE and e.invoice_id}
    documents = lock_documents(session, company_id=payment.company_id, ids=reopened)
    sides, unapplied = [], 0
    for entry in entries:
        if entry.account == UNAPPLIED:
            unapplied += entry.amount_minor
        elif entry.account == RECEIVABLE:
            part = max(0, min(entry.amount_minor, documents[entry.invoice_id or 0].free_minor))
            unapplied += entry.amount_minor - part
            sides.append(Side(RECEIVABLE, -part, invoice_id=entry.invoice_id, payment_id=payment.id))
        else:
            sides.append(Side(entry.account, -entry.amount_minor, payment_id=payment.id))
    return [*sides, Side(UNAPPLIED, -unapplied, payment_id=payment.id)]


def _key(refund: Refund) -> str:
    return f"refund:{refund.id}"


def _actor(refund: Refund) -> Actor:
    """Who asked for it, for the books: Stripe's answer may come much later, in a worker."""
    if refund.actor_user_id is None:
        return SYSTEM
    return actor_on_record("admin", user_id=refund.actor_user_id, name=refund.actor_name)
