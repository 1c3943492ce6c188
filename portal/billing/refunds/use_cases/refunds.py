"""Giving money back: staff asks (one transaction), Stripe is told (outside any), what came of it is posted (another).

Σ refunds ≤ payment holds under the payment's lock. No answer from Stripe leaves the refund ``created``: it counts as
given until it is known, and asking again with the same stored key cannot give it twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import BANK
from portal.billing.models.payments import Payment, Refund
from portal.billing.refunds.queries import OFFLINE, Refundable, credit_room, refundable
from portal.billing.refunds.use_cases.posts import post_refund, take_in
from portal.billing.settlement.use_cases.locks import lock_payment
from portal.billing.stripe.amounts import to_stripe
from portal.billing.stripe.api import Stripe, StripeRefused
from portal.billing.stripe.objects import Refunded
from portal.foundation.actor import Actor
from portal.foundation.db import transaction
from portal.foundation.errors import Conflict, NotFound, Rejected
from portal.foundation.jobs import defer
from portal.foundation.money import format_minor

JOB = "billing.refund"
KEY_LIFE = timedelta(
    hours=20
)  # Stripe keeps the answers to a key for a day; later the same key makes a second refund
LONGEST_REASON = 300
LONGEST_ID = 15  # digits; more never fit into a row's id


def begin(
    session: Session,
    *,
    actor: Actor,
    payment_id: int,
    amount_minor: int,
    reason: str,
    agreed: bool,
    key: str,
    now: datetime,
    above_limit: bool = False,
) -> Refund:
    """Ask for a refund. Money that came outside Stripe is paid out by the bank: its refund is in the books at once.

    :param agreed: that invoices are open again by what is not unapplied.
    :param above_limit: agreed that the company owes more than its limit afterwards.
    :param key: random, of the form: the same form sent twice is one refund, and one refund at Stripe.
    :raises NotFound: for whom may not, or when there is no such payment.
    :raises Rejected: when more is asked for than is left, or invoices would be open again and nobody agreed
        (``reopens``; ``details`` has pairs of an invoice number and an amount), or credit in use would pass the limit
        and nobody agreed (``above_limit``).
    :raises Conflict: when the form was sent before with another amount.
    """
    if not actor.can("billing:manage"):
        raise NotFound
    payment = lock_payment(session, company_id=None, payment_id=payment_id)
    before = session.scalars(select(Refund).where(Refund.idempotency_key == key)).one_or_none()
    if before is not None:
        if (before.payment_id, before.amount_minor) != (payment.id, amount_minor):
            raise Conflict(
                "same_form", "This form was sent before with another amount. Look at the refunds below."
            )
        return before
    can = refundable(session, payment)
    _check(can, amount_minor, reason, agreed=agreed)
    if not above_limit:
        _check_limit(session, payment, amount_minor)
    refund = Refund(
        payment_id=payment.id,
        company_id=payment.company_id,
        amount_minor=amount_minor,
        currency=payment.currency,
        reason=reason,
        state="created",
        reopens=amount_minor > can.unapplied_minor,
        idempotency_key=key,
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        created_at=now,
        updated_at=now,
    )
    session.add(refund)
    session.flush()
    if payment.kind in OFFLINE:
        refund.state = "succeeded"
        post_refund(session, payment, refund, out_of=BANK, actor=actor, now=now)
    else:
        defer(session, JOB, {"row_id": refund.id})
    return refund


def _check(can: Refundable, amount_minor: int, reason: str, *, agreed: bool) -> None:
    payment = can.payment
    if can.obstacle:
        raise Rejected("not_refundable", f"Nothing can be given back. {can.obstacle}", outcome="conflict")
    if not 0 < amount_minor <= can.free_minor:
        left = format_minor(can.free_minor, payment.currency)
        raise Rejected(
            "refund_amount", f"Enter an amount up to {left}: so much is left of it.", field="amount"
        )
    if payment.kind not in OFFLINE:
        try:
            to_stripe(amount_minor, payment.currency)
        except ValueError as error:
            raise Rejected("refund_amount", str(error), field="amount") from error
    if not 3 <= len(reason) <= LONGEST_REASON:
        message = f"Say why, in 3 to {LONGEST_REASON} characters. The customer reads it."
        raise Rejected("reason", message, field="reason")
    reopened = can.reopened(amount_minor)
    if reopened and not agreed:
        told = [(share.number, format_minor(part, payment.currency)) for share, part in reopened]
        words = ", ".join(f"{number} by {part}" for number, part in told)
        message = f"This opens again: {words}. Tick the box if that is meant."
        raise Rejected("reopens", message, field="agreed", details=told)


def _check_limit(session: Session, payment: Payment, amount_minor: int) -> None:
    credit = credit_room(session, payment)
    if credit is None or amount_minor <= credit.room_minor:
        return
    after, limit = (
        format_minor(each, payment.currency) for each in (credit.after(amount_minor), credit.limit_minor)
    )
    message = f"{after} of credit is in use then, above the limit of {limit}. Tick the box if that is meant."
    details = {"used": credit.used_minor, "after": credit.after(amount_minor), "limit": credit.limit_minor}
    raise Rejected("above_limit", message, field="above_limit", details=details)


def carry_out(sessions: Callable[[], Session], refund_id: int, *, now: datetime, api: Stripe) -> Refund:
    """Tell Stripe, and post what it says. May be done again at any time, by any number of workers.

    :raises StripeUnknown: when Stripe gives no answer; the refund stays ``created``.
    """
    with transaction(sessions) as session:
        refund = session.get_one(Refund, refund_id)
        payment = session.get_one(Payment, refund.payment_id)
    if refund.stripe_refund_id is not None:
        return take_in(sessions, refund_id, api.retrieve_refund(refund.stripe_refund_id), now=now)
    if refund.state != "created" or payment.charge_id is None:
        return refund
    if now - refund.created_at > KEY_LIFE:
        found = _find(refund, api)
        if found is not None:
            return take_in(sessions, refund_id, found, now=now)
    try:
        told = api.refund(
            key=refund.idempotency_key,
            charge=payment.charge_id,
            amount_minor=refund.amount_minor,
            currency=refund.currency,
            metadata=_names(refund, payment),
        )
    except StripeRefused as no:
        return _refused(sessions, refund_id, no, now=now)
    return take_in(sessions, refund_id, told, now=now)


def _find(refund: Refund, api: Stripe) -> Refunded | None:
    """The refund at Stripe that carries our number, looked for around the time when it was asked for."""
    span = (refund.created_at - timedelta(minutes=10), refund.created_at + KEY_LIFE)
    return next(
        (each for each in api.list_refunds(*span) if each.metadata.get("refund") == str(refund.id)), None
    )


def unfinished(session: Session) -> Sequence[int]:
    """Refunds of which it is not known yet whether they were taken on, or arrived; oldest first."""
    return session.scalars(
        select(Refund.id).where(Refund.state.in_(("created", "pending"))).order_by(Refund.id)
    ).all()


def _names(refund: Refund, payment: Payment) -> dict[str, str]:
    return {"refund": str(refund.id), "payment": payment.number}


def _refused(sessions: Callable[[], Session], refund_id: int, no: StripeRefused, *, now: datetime) -> Refund:
    with transaction(sessions) as session:
        refund = _locked(session, refund_id)
        if refund.state == "created":
            refund.state, refund.failure_words, refund.updated_at = "failed", no.words[:500], now
        return refund


def _locked(session: Session, refund_id: int) -> Refund:
    payment_id = session.get_one(Refund, refund_id).payment_id
    lock_payment(session, company_id=None, payment_id=payment_id)
    return session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)


def sync_refund(
    sessions: Callable[[], Session], stripe_refund_id: str, *, now: datetime, api: Stripe
) -> Refund | None:
    """Read a refund fresh from Stripe and bring our row and the books in line: for webhooks and reconciling. A refund
    that somebody made at Stripe gets a row of its own.

    :returns: None when it is of no payment of ours.
    :raises StripeUnknown: when Stripe gives no answer.
    """
    told = api.retrieve_refund(stripe_refund_id)
    refund_id = _known(sessions, told, now=now)
    return None if refund_id is None else take_in(sessions, refund_id, told, now=now)


def _known(sessions: Callable[[], Session], told: Refunded, *, now: datetime) -> int | None:
    with transaction(sessions) as session:
        known = session.scalar(select(Refund.id).where(Refund.stripe_refund_id == told.id))
        if known is not None:
            return known
        payment = session.scalars(select(Payment).where(Payment.charge_id == told.charge)).one_or_none()
        if told.charge is None or payment is None:
            return None
        payment = lock_payment(session, company_id=None, payment_id=payment.id)
        named = told.metadata.get("refund", "")
        if named.isascii() and named.isdecimal() and len(named) <= LONGEST_ID:
            ours = session.get(Refund, int(named))
            if ours is not None and (ours.payment_id, ours.amount_minor) == (payment.id, told.amount_minor):
                return ours.id
        return _adopt(session, payment, told, now=now)


def _adopt(session: Session, payment: Payment, told: Refunded, *, now: datetime) -> int:
    key = f"stripe:{told.id}"
    known = session.scalar(select(Refund.id).where(Refund.idempotency_key == key))
    if known is not None:
        return known
    refund = Refund(
        payment_id=payment.id,
        company_id=payment.company_id,
        amount_minor=told.amount_minor,
        currency=told.currency,
        reason="Refunded at Stripe",
        state="created",
        idempotency_key=key,
        stripe_refund_id=told.id,
        actor_name="Stripe",
        created_at=told.created_at,
        updated_at=now,
    )
    session.add(refund)
    session.flush()
    return refund.id
