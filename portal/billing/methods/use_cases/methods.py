"""Saved means of payment: which may be used, and how one is removed. Saving one is portal/billing/use_cases/paying."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.billing.methods.expiry import expiry
from portal.billing.methods.facts import PaymentInfoEntered
from portal.billing.methods.queries import autopay_of, method_of, scheduled_with
from portal.billing.models.methods import SavedMethod
from portal.billing.stripe.api import Stripe, StripeRefused
from portal.foundation.actor import Actor
from portal.foundation.db import transaction
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.jobs import defer
from portal.touchpoints.recording import Event, record

FORGET = "billing.forget_method"


def check_may_use(actor: Actor) -> int:
    """The company whose saved methods the actor may use and change: its own people with the right to, never staff.

    :raises NotFound: for everybody else, as if there were none.
    """
    if not actor.can("payments:administer"):  # which no member of staff has
        raise NotFound
    return actor.customer_id


def usable(session: Session, *, actor: Actor, method_id: int, today: date, lock: bool = False) -> SavedMethod:
    """A saved method to be charged.

    :param lock: for what goes on using it: nobody removes it meanwhile.
    :raises NotFound: when the actor may not use it.
    :raises Rejected: ``expired``.
    """
    method = method_of(session, check_may_use(actor), method_id, lock=lock)
    if expiry(method.exp_month, method.exp_year, today) == "over":
        raise Rejected("expired", f"{method.words} has expired. Choose another one.", field="method")
    return method


def chosen(session: Session, *, actor: Actor, value: str, today: date) -> SavedMethod | None:
    """The saved method that a form names (``saved-12``), locked; None when it names another way to pay.

    :raises NotFound: when the actor may not use it.
    :raises Rejected: ``expired``.
    """
    prefix, _, id = value.partition("-")
    if prefix != "saved":
        return None
    if not (id.isascii() and id.isdecimal() and len(id) <= 15):
        raise NotFound
    return usable(session, actor=actor, method_id=int(id), today=today, lock=True)


def remove(session: Session, *, actor: Actor, method_id: int, now: datetime) -> SavedMethod:
    """Remove a saved method: from now on nothing is charged to it; Stripe is told by a job.

    :raises NotFound: when the actor's company has none such.
    :raises Rejected: ``in_use`` while autopay or a scheduled payment uses it.
    """
    method = method_of(session, check_may_use(actor), method_id, lock=True)
    autopay = autopay_of(session, method.company_id)
    if autopay is not None and autopay.saved_method_id == method.id:
        message = f"Autopay uses {method.words}. End autopay first, or let it use another one."
        raise Rejected("in_use", message, outcome="conflict")
    waiting = scheduled_with(session, method.id)
    if waiting:
        count = "A scheduled payment uses" if len(waiting) == 1 else f"{len(waiting)} scheduled payments use"
        message = f"{count} {method.words}. Cancel {'it' if len(waiting) == 1 else 'them'} first."
        raise Rejected("in_use", message, outcome="conflict")
    method.removed_at = now
    defer(session, FORGET, {"row_id": method.id})
    record(
        session,
        Event(
            PaymentInfoEntered(method=method.kind, action="removed"),
            actor=actor,
            now=now,
            key=f"payment_info_entered:removed:{method.id}",
            account_id=method.company_id,
        ),
    )
    return method


def forget(sessions: Callable[[], Session], method_id: int, *, now: datetime, api: Stripe) -> None:
    """Have Stripe forget a method that was removed here; again and again until it answers.

    :raises StripeUnknown: when it does not.
    """
    with transaction(sessions) as session:
        method = session.get_one(SavedMethod, method_id)
    if method.removed_at is None:
        return
    try:
        api.detach_method(method.stripe_method_id)
    except StripeRefused:
        return  # it was forgotten before
