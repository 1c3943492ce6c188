"""Saved methods: which can be used, and how one is removed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.billing.methods.expiry import expiry
from portal.billing.methods.facts import record_method
from portal.billing.methods.queries import autopay_of, method_of, scheduled_with
from portal.billing.methods.words import suspended_words
from portal.billing.models.methods import SavedMethod
from portal.billing.stripe.api import Stripe, StripeRefused
from portal.foundation.actor import Actor
from portal.foundation.db import transaction
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.jobs import MONEY, JobName, defer
from portal.foundation.secrets.handles import read_handle

FORGET = JobName("billing.forget_method", MONEY)


def check_may_use(actor: Actor) -> int:
    """The company whose saved methods the actor may use and change: only its own people with the permission, never staff.

    :raises NotFound: if the actor lacks the permission, as if there were none.
    """
    if not actor.can("payments:administer"):  # which no member of staff has
        raise NotFound
    return actor.customer_id


def usable(session: Session, *, actor: Actor, method_id: int, today: date, lock: bool = False) -> SavedMethod:
    """A saved method to be charged.

    :param lock: for whatever goes on to use it: nobody removes it meanwhile.
    :raises NotFound: if the actor lacks the permission or there is no such method.
    :raises Rejected: ``expired``, ``suspended``.
    """
    method = method_of(session, check_may_use(actor), method_id, lock=lock)
    if expiry(method.exp_month, method.exp_year, today) == "over":
        raise Rejected("expired", f"{method.words} has expired. Choose another one.", field="method")
    if method.suspended_at is not None:
        raise Rejected("suspended", suspended_words(method.words), field="method")
    return method


def chosen_method(session: Session, *, actor: Actor, value: str, today: date) -> SavedMethod | None:
    """The saved method that a form names (``saved-<handle>``), locked; None if it names another way to pay.

    :raises NotFound: if the actor lacks the permission or there is no such method.
    :raises Rejected: ``expired``, ``suspended``.
    """
    prefix, _, which = value.partition("-")
    if prefix != "saved":
        return None
    method_id = read_handle("method", which)
    if method_id is None:
        raise NotFound
    return usable(session, actor=actor, method_id=method_id, today=today, lock=True)


def remove_saved(session: Session, *, actor: Actor, method_id: int, now: datetime) -> SavedMethod:
    """Remove a saved method: from now on nothing is charged to it. A job detaches it at Stripe.

    :raises NotFound: if the actor's company has no such method.
    :raises Rejected: ``in_use`` while autopay or a scheduled payment uses it.
    """
    method = method_of(session, check_may_use(actor), method_id, lock=True)
    _check_not_in_use(session, method)
    method.removed_at = now
    defer(session, FORGET, {"row_id": method.id})
    record_method(
        session,
        kind=method.kind,
        action="removed",
        key=f"removed:{method.id}",
        company_id=method.company_id,
        actor=actor,
        now=now,
    )
    return method


def _check_not_in_use(session: Session, method: SavedMethod) -> None:
    autopay = autopay_of(session, method.company_id)
    if autopay is not None and autopay.saved_method_id == method.id:
        message = f"Autopay uses {method.words}. End autopay first, or let it use another one."
        raise Rejected("in_use", message, outcome="conflict")
    waiting = len(scheduled_with(session, method.id))
    if waiting:
        uses = "A scheduled payment uses" if waiting == 1 else f"{waiting} scheduled payments use"
        message = f"{uses} {method.words}. Cancel {'it' if waiting == 1 else 'them'} first."
        raise Rejected("in_use", message, outcome="conflict")


def detach_removed(sessions: Callable[[], Session], method_id: int, *, now: datetime, api: Stripe) -> None:
    """Detach a removed method at Stripe. Idempotent.

    :raises StripeUnknown: if Stripe does not answer; the job retries.
    """
    with transaction(sessions) as session:
        method = session.get_one(SavedMethod, method_id)
    if method.removed_at is None:
        return
    try:
        api.detach_method(method.stripe_method_id)
    except StripeRefused:
        return  # it was detached before
