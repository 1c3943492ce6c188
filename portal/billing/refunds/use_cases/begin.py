"""Ask for a refund. Σ refunds ≤ payment holds under the payment's lock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import BANK
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.offline_payments.rules import OFFLINE_KINDS
from portal.billing.payment_states import REFUND_ASKED
from portal.billing.refunds.facts import record_refund_requested
from portal.billing.refunds.queries import Refundable, credit_room, refundable
from portal.billing.refunds.rules import (
    LONGEST_REASON,
    SHORTEST_REASON,
    AboveLimit,
    InvoicesReopen,
    RefundRequest,
)
from portal.billing.refunds.use_cases.posts import post_refund
from portal.billing.settlement.use_cases.locks import lock_payment
from portal.billing.stripe.amounts import to_stripe
from portal.foundation.actor import Actor
from portal.foundation.errors import Conflict, NotFound, Rejected
from portal.foundation.jobs import MONEY, JobName, defer
from portal.foundation.money import format_minor

CARRY_OUT = JobName("billing.refund", MONEY)  # the job


def begin_refund(session: Session, request: RefundRequest, *, actor: Actor, now: datetime) -> Refund:
    """Ask for a refund. Money that came outside Stripe is paid out by the bank: its refund is posted at once.
    Idempotent by the request's key.

    :raises NotFound: if the actor lacks the permission, or there is no such payment or credit memo.
    :raises Rejected: if more is asked for than is left, or the reason is missing.
    :raises InvoicesReopen: if invoices would be open again and nobody agreed.
    :raises AboveLimit: if credit in use would pass the limit and nobody agreed.
    :raises Conflict: if the form was sent before with another amount.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    payment = lock_payment(session, company_id=None, payment_id=request.payment_id)
    before = _asked_before(session, payment, request)
    if before is not None:
        return before
    _lock_memo(session, payment, request.credit_memo)
    can = refundable(session, payment, memo_number=request.credit_memo)
    _check(session, can, request)
    refund = _add(session, can, request, actor, now)
    record_refund_requested(session, refund, payment, actor=actor, now=now)
    if payment.kind in OFFLINE_KINDS:
        refund.state = "succeeded"
        session.flush()
        post_refund(session, payment, refund, out_of=BANK, actor=actor, now=now)
    else:
        defer(session, CARRY_OUT, {"row_id": refund.id})
    return refund


def _lock_memo(session: Session, payment: Payment, number: str) -> None:
    """A credit memo has one use at a time: a payment or another refund that wants it waits, and reads again."""
    if number:
        mine = (Invoice.company_id == payment.company_id, Invoice.number == number)
        session.execute(select(Invoice.id).where(*mine).with_for_update()).all()


def _asked_before(session: Session, payment: Payment, request: RefundRequest) -> Refund | None:
    before = session.scalars(select(Refund).where(Refund.idempotency_key == request.key)).one_or_none()
    if before is not None and (before.payment_id, before.amount_minor) != (payment.id, request.amount_minor):
        raise Conflict(
            "same_form", "This form was sent before with another amount. Look at the refunds below."
        )
    return before


def _add(session: Session, can: Refundable, request: RefundRequest, actor: Actor, now: datetime) -> Refund:
    payment = can.payment
    refund = Refund(
        payment_id=payment.id,
        company_id=payment.company_id,
        amount_minor=request.amount_minor,
        currency=payment.currency,
        reason=request.reason,
        state=REFUND_ASKED,
        reopens=bool(can.reopened(request.amount_minor)),
        credit_memo_id=can.asked.id if can.asked else None,
        idempotency_key=request.key,
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        created_at=now,
        updated_at=now,
    )
    session.add(refund)
    session.flush()
    return refund


def _check(session: Session, can: Refundable, request: RefundRequest) -> None:
    _check_amount(can, request.amount_minor)
    _check_memo(can, request.amount_minor)
    _check_reason(request.reason)
    _check_reopened(can, request)
    if not request.above_limit:
        _check_limit(session, can.payment, request.amount_minor)


def _check_amount(can: Refundable, amount_minor: int) -> None:
    payment = can.payment
    if can.obstacle:
        raise Rejected("not_refundable", f"Nothing can be given back. {can.obstacle}", outcome="conflict")
    if not 0 < amount_minor <= can.free_minor:
        left = format_minor(can.free_minor, payment.currency)
        raise Rejected(
            "refund_amount", f"Enter an amount up to {left}: so much is left of it.", field="amount"
        )
    if payment.kind not in OFFLINE_KINDS:
        try:
            to_stripe(amount_minor, payment.currency)
        except ValueError as error:
            raise Rejected("refund_amount", str(error), field="amount") from error


def _check_memo(can: Refundable, amount_minor: int) -> None:
    memo = can.asked
    if memo is not None and amount_minor > max(0, -memo.free_minor):
        left = format_minor(max(0, -memo.free_minor), memo.currency)
        raise Rejected("refund_amount", f"At most {left} is left of {memo.number}.", field="amount")


def _check_reason(reason: str) -> None:
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        message = f"Say why, in {SHORTEST_REASON} to {LONGEST_REASON} characters. The customer reads it."
        raise Rejected("reason", message, field="reason")


def _check_reopened(can: Refundable, request: RefundRequest) -> None:
    reopened = can.reopened(request.amount_minor)
    if reopened and not request.agreed:
        raise InvoicesReopen(
            [(share.number, format_minor(part, can.payment.currency)) for share, part in reopened]
        )


def _check_limit(session: Session, payment: Payment, amount_minor: int) -> None:
    credit = credit_room(session, payment)
    if credit is not None and amount_minor > credit.room_minor:
        raise AboveLimit(
            used_minor=credit.used_minor,
            after_minor=credit.after(amount_minor),
            limit_minor=credit.limit_minor,
            currency=payment.currency,
        )
