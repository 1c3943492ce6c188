"""What a refund does to the books: once when it is on its way, and once more if it fails after all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import MONEY, RECEIVABLE, UNAPPLIED, WRITE_OFFS
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.ledger import LedgerEntry
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.refunds.facts import record_refunded
from portal.billing.refunds.letters import mail_payment_refunded, mail_refund_failed
from portal.billing.settlement.letters import mail_branches_reopened
from portal.billing.settlement.queries import chargebacks_of, memos_among, posted, reopened_in_branches
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
    in_branches = reopened_in_branches(session, payment.id, _key(refund))
    own = any(side.account == RECEIVABLE and side.invoice_id not in memos for side in sides)
    refund.reopens = own or bool(in_branches)
    sides.append(Side(out_of, -refund.amount_minor, payment_id=payment.id))
    _post_sides(session, payment, refund, sides, actor, now)
    record_refunded(session, refund, payment, "refund", actor, now)
    mail_payment_refunded(session, payment, refund, sorted(memos.values()))
    mail_branches_reopened(session, payment, in_branches, fact=_key(refund), by_bank=False)
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
    # Money that the payer's bank has taken for good is given back a second time: that part is lost.
    lost = any(each.state == "lost" for each in chargebacks_of(session, payment.id))
    try:
        rest_to = WRITE_OFFS if lost else ""
        return sides_back(
            session,
            payment,
            refund.amount_minor,
            rest_to=rest_to,
            memo_id=refund.credit_memo_id,
            fact=_key(refund),
        )
    except ValueError as error:
        raise DoesNotFit(f"refund {refund.id}: {error}") from error


def post_failure(session: Session, payment: Payment, refund: Refund, *, now: datetime) -> None:
    """The money is back with us: first it makes good what was lost by a chargeback, then it goes onto the invoices as far
    as they are still open, and the rest stays unapplied. Whoever was told of the refund is told of its failure."""
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
    mail_refund_failed(session, payment, refund)


def _sides_of_failure(session: Session, payment: Payment, entries: Sequence[LedgerEntry]) -> list[Side]:
    reopened = {e.invoice_id: e.amount_minor for e in entries if e.account == RECEIVABLE and e.invoice_id}
    documents = lock_documents(session, company_id=payment.company_id, ids=reopened)
    back = sum(-entry.amount_minor for entry in entries if entry.account in MONEY)
    made_good = min(back, _lost_minor(session, payment))
    sides = [Side(e.account, -e.amount_minor, payment_id=payment.id) for e in entries if e.account in MONEY]
    sides.append(Side(WRITE_OFFS, -made_good, payment_id=payment.id))
    rest = back - made_good
    for invoice_id, amount in reopened.items():
        part = max(0, min(amount, rest, documents[invoice_id].free_minor))
        sides.append(Side(RECEIVABLE, -part, invoice_id=invoice_id, payment_id=payment.id))
        rest -= part
    return [*sides, Side(UNAPPLIED, -rest, payment_id=payment.id)]


def _lost_minor(session: Session, payment: Payment) -> int:
    """What refund and chargeback together have cost us of the payment until now."""
    total = session.scalar(
        select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0)).where(
            LedgerEntry.payment_id == payment.id, LedgerEntry.account == WRITE_OFFS
        )
    )
    return max(0, int(total or 0))


def _key(refund: Refund) -> str:
    return f"refund:{refund.id}"
