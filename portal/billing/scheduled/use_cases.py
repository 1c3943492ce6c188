"""Payments for a later day: chosen invoices are charged to a saved method then, if they are still open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.methods.expiry import expiry
from portal.billing.methods.facts import PaymentInfoEntered
from portal.billing.methods.use_cases.methods import check_may_use, usable
from portal.billing.models.invoices import Invoice
from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import PaymentAllocation, PaymentAttempt
from portal.billing.payments.new_payment import NewPayment, RequestedShare
from portal.billing.payments.queries.attempts import shares_of
from portal.billing.payments.use_cases.saved_charges import CHARGE
from portal.billing.payments.use_cases.scheduled import COVERED, start_scheduled_payment
from portal.billing.payments.use_cases.start import start_payment
from portal.billing.scheduled.letters import mail_nothing_left
from portal.billing.settlement.use_cases.own_credit import NONE, own_credit, uses_credit
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.jobs import defer
from portal.foundation.wording import weekday_words
from portal.touchpoints.recording import Event, record

FARTHEST = timedelta(days=180)


def schedule_payment(
    session: Session,
    *,
    actor: Actor,
    shares: Sequence[RequestedShare],
    method_id: int,
    run_on: date | None,
    now: datetime,
    today: date,
) -> PaymentAttempt:
    """Choose a later day and a saved method for some invoices. Nothing is reserved until then.

    :raises NotFound: if the actor may not use the method, or an invoice is another company's.
    :raises Rejected: on ``run_on``, or on an invoice that a scheduled payment is for already.
    """
    company_id = check_may_use(actor)
    day = _checked_day(run_on, today)
    _check_expiry(usable(session, actor=actor, method_id=method_id, today=today, lock=True), day)
    # Discounts as they are on the day of the charge: nobody is charged more than was shown.
    new = NewPayment(
        company_id=company_id, shares=shares, via="schedule", saved_method_id=method_id, run_on=day
    )
    attempt = start_payment(session, new, actor=actor, now=now, today=day)
    _check_not_scheduled(session, attempt)
    _record_scheduled(session, actor, attempt, "scheduled", now)
    return attempt


def _checked_day(run_on: date | None, today: date) -> date:
    if run_on is None or not today < run_on <= today + FARTHEST:
        last = weekday_words(today + FARTHEST)
        raise Rejected("run_on", f"Choose a day after today, until {last}.", field="run_on")
    return run_on


def _check_expiry(method: SavedMethod, run_on: date) -> None:
    if expiry(method.exp_month, method.exp_year, run_on) == "over":
        raise Rejected(
            "expires", f"{method.words} will have expired by then. Choose another one.", field="method"
        )


def _check_not_scheduled(session: Session, attempt: PaymentAttempt) -> None:
    """The invoices are locked: starting the payment has locked them."""
    other = session.execute(
        select(Invoice.number, PaymentAttempt.run_on)
        .join(PaymentAllocation, PaymentAllocation.invoice_id == Invoice.id)
        .join(PaymentAttempt, PaymentAttempt.id == PaymentAllocation.attempt_id)
        .where(
            PaymentAttempt.state == "scheduled",
            PaymentAttempt.id != attempt.id,
            PaymentAllocation.invoice_id.in_(
                select(PaymentAllocation.invoice_id).where(PaymentAllocation.attempt_id == attempt.id)
            ),
        )
        .order_by(Invoice.id)
        .limit(1)
    ).first()
    if other is not None and other.run_on is not None:
        message = f"A payment of {other.number} is scheduled for {weekday_words(other.run_on)} already."
        raise Rejected("scheduled_already", message, outcome="conflict")


def cancel_scheduled_payment(session: Session, *, actor: Actor, token: str, now: datetime) -> PaymentAttempt:
    """Cancel a scheduled payment before its day.

    :raises NotFound: if the actor's company has no such payment.
    :raises Rejected: ``begun`` if it is being charged already.
    """
    company_id = check_may_use(actor)
    attempt = _locked(session, company_id, token)
    if attempt.state == "cancelled":
        return attempt
    if attempt.state != "scheduled":
        raise Rejected(
            "begun", "This payment has begun already. Look at what became of it.", outcome="conflict"
        )
    attempt.state, attempt.updated_at = "cancelled", now
    _record_scheduled(session, actor, attempt, "schedule_cancelled", now)
    return attempt


def _locked(session: Session, company_id: int, token: str) -> PaymentAttempt:
    attempt = session.scalars(
        select(PaymentAttempt)
        .where(
            PaymentAttempt.token == token,
            PaymentAttempt.company_id == company_id,
            PaymentAttempt.via == "schedule",
        )
        .with_for_update()
    ).one_or_none()
    if attempt is None:
        raise NotFound
    return attempt


def _record_scheduled(
    session: Session, actor: Actor, attempt: PaymentAttempt, action: str, now: datetime
) -> None:
    record(
        session,
        Event(
            PaymentInfoEntered(method="schedule", action=action),
            actor=actor,
            now=now,
            key=f"payment_info_entered:{action}:{attempt.token}",
            account_id=attempt.company_id,
            value_minor=attempt.amount_minor,
            currency=attempt.currency,
        ),
    )


def run_scheduled_payment(session: Session, attempt_id: int, *, now: datetime, today: date) -> PaymentAttempt:
    """Begin a scheduled payment on its day and queue its charge. Idempotent, with any number of workers. What was paid
    meanwhile is left out, and the company's own credit is used first; if nothing is left, it is cancelled and the company's
    payers get a mail."""
    before = session.get_one(PaymentAttempt, attempt_id, with_for_update=True, populate_existing=True)
    if before.state != "scheduled" or before.run_on is None or before.run_on > today:
        return before
    # Discounts are those of the chosen day even if no worker ran on it: nobody is charged more than was shown.
    credit = NONE
    if uses_credit(session, before.company_id):
        ids = [share.invoice_id for share in shares_of(session, attempt_id)]
        credit = own_credit(session, before.company_id, before.currency, beside=ids)
    attempt = start_scheduled_payment(session, attempt_id, now=now, today=before.run_on, credit=credit)
    if attempt.state == "created":
        # The lifetime of its key at Stripe, and the time after which it counts as stuck, begin now.
        attempt.created_at = now
        defer(session, CHARGE, {"row_id": attempt.id})
    elif attempt.state == "cancelled" and attempt.failure_words != COVERED:
        mail_nothing_left(session, attempt, before.run_on)
    return attempt
