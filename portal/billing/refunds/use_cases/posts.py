"""What a refund does to the books: once when it is on its way, and once more if it fails after all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import RECEIVABLE, UNAPPLIED
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.ledger import LedgerEntry
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.refunds.facts import record_refunded
from portal.billing.refunds.letters import mail_payment_refunded
from portal.billing.settlement.queries import memos_among, posted
from portal.billing.settlement.use_cases.locks import lock_documents, lock_payment
from portal.billing.settlement.use_cases.reversals import sides_back
from portal.foundation.actor import SYSTEM, Actor


class DoesNotFit(Exception):
    """Stripe's refund is not the one that our row names: nothing is posted."""


def locked_refund(session: Session, refund_id: int) -> tuple[Payment, Refund]:
    """Lock the refund's payment, then the refund."""
    payment_id = session.get_one(Refund, refund_id).payment_id
    payment = lock_payment(session, company_id=None, payment_id=payment_id)
    return payment, session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)


def post_refund(
    session: Session, payment: Payment, refund: Refund, *, out_of: str, actor: Actor, now: datetime
) -> bool:
    """Post a refund of a locked payment, once. ``out_of``: the account that pays, Stripe's or the bank's.

    :raises DoesNotFit: if less than that is left of the payment.
    """
    if posted(session, _key(refund)) is not None:
        return False
    sides = _sides_back(session, payment, refund)
    memos = memos_among(session, [side.invoice_id for side in sides if side.invoice_id])
    refund.reopens = any(side.account == RECEIVABLE and side.invoice_id not in memos for side in sides)
    sides.append(Side(out_of, -refund.amount_minor, payment_id=payment.id))
    _post_sides(session, payment, refund, sides, actor, now)
    record_refunded(session, refund, payment, "refund", actor, now)
    mail_payment_refunded(session, payment, refund, sorted(memos.values()))
    return True


def _post_sides(
    session: Session, payment: Payment, refund: Refund, sides: Sequence[Side], actor: Actor, now: datetime
) -> None:
    post(
        session,
        key=_key(refund),
        kind="refund",
        company_id=payment.company_id,
        currency=payment.currency,
        occurred_at=now,
        sides=sides,
        actor=actor,
        words=f"Refund of {payment.number}" + (f": {refund.reason}" if refund.reason else ""),
    )


def _sides_back(session: Session, payment: Payment, refund: Refund) -> list[Side]:
    try:
        return sides_back(session, payment, refund.amount_minor, memo_id=refund.credit_memo_id)
    except ValueError as error:  # made at Stripe, of money that a chargeback has taken before
        raise DoesNotFit(f"refund {refund.id}: {error}") from error


def post_failure(session: Session, payment: Payment, refund: Refund, *, now: datetime) -> None:
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
