"""Going to Stripe with an attempt, and cancelling one."""

from __future__ import annotations

from datetime import datetime

from portal.billing.models.payments import PaymentAttempt
from portal.billing.payment_states import LIVE, can
from portal.billing.payments.use_cases.prepare import Sessions, prepare
from portal.billing.payments.use_cases.requests import create_charge, create_page, refuse_suspended
from portal.billing.payments.use_cases.stripe_state import StripeState
from portal.billing.payments.use_cases.sync import apply_state, sync_attempt
from portal.billing.stripe.api import Stripe, StripeRefused
from portal.foundation.db import transaction
from portal.foundation.errors import Rejected


def open_checkout(sessions: Sessions, attempt_id: int, *, now: datetime, api: Stripe) -> str:
    """Have Stripe open the attempt's page; the address to send the payer to. Call it outside any transaction.

    :raises StripeUnknown: the page may exist or not; :func:`sync_attempt` finds out.
    :raises StripeRefused: there is no page; the attempt has failed.
    """
    request = prepare(sessions, attempt_id, now=now, api=api)
    if request.attempt.state != "created":
        return request.attempt.checkout_url or api.address_of(request.attempt.token)
    try:
        page = create_page(request, api)
    except StripeRefused as no:
        _apply(sessions, attempt_id, StripeState(refused=no), now, api)
        raise
    attempt = _apply(sessions, attempt_id, StripeState(page, page.intent), now, api)
    return page.url or api.address_of(attempt.token, by_link=attempt.via == "link")


def charge_saved(sessions: Sessions, attempt_id: int, *, now: datetime, api: Stripe) -> PaymentAttempt:
    """Charge the attempt's saved method for the first time; the attempt as it is then (succeeded, processing or failed,
    with the code ``authentication_required`` if its owner has to confirm). Nothing is charged to a method that was
    suspended meanwhile. Call it outside any transaction.

    :raises StripeUnknown: it may have been charged or not; :func:`sync_attempt` finds out.
    """
    request = prepare(sessions, attempt_id, now=now, api=api)
    if request.attempt.state != "created":
        return request.attempt
    try:
        refuse_suspended(request)
        state = StripeState(intent=create_charge(request, api))
    except StripeRefused as no:
        state = StripeState(refused=no)
    return _apply(sessions, attempt_id, state, now, api)


def cancel_attempt(
    sessions: Sessions, attempt_id: int, *, now: datetime, api: Stripe | None
) -> PaymentAttempt:
    """Cancel an attempt. Its page is closed at Stripe first, so that nothing can be paid there afterwards; what was
    paid a moment before counts. Scheduled payments are cancelled in :mod:`portal.billing.scheduled`.

    :raises StripeUnknown: if Stripe does not answer; the attempt is unchanged.
    :raises Rejected: ``too_late`` if the money is on its way.
    """
    with transaction(sessions) as session:
        attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True)
        if attempt.state == "created" and attempt.tries == 0:
            attempt.state, attempt.updated_at = "cancelled", now  # no request has been sent
        if attempt.state not in LIVE or api is None:
            return attempt
    attempt = sync_attempt(sessions, attempt_id, now=now, api=api)
    if attempt.state == "open" and attempt.checkout_session_id:
        if _close_page(attempt.checkout_session_id, api):
            return _mark_cancelled(sessions, attempt_id, now)
        attempt = sync_attempt(sessions, attempt_id, now=now, api=api)
    return _not_too_late(attempt)


def _close_page(session_id: str, api: Stripe) -> bool:
    """Whether the page was still open; otherwise it was paid or expired a moment before."""
    try:
        api.expire_session(session_id)
    except StripeRefused:
        return False
    return True


def _mark_cancelled(sessions: Sessions, attempt_id: int, now: datetime) -> PaymentAttempt:
    with transaction(sessions) as session:
        attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True, populate_existing=True)
        if can(attempt.state, "cancelled"):
            attempt.state, attempt.updated_at = "cancelled", now
    return attempt


def _not_too_late(attempt: PaymentAttempt) -> PaymentAttempt:
    if attempt.state == "processing":
        raise Rejected("too_late", "The bank has the payment already; it can no longer be stopped here.")
    return attempt


def _apply(
    sessions: Sessions, attempt_id: int, state: StripeState, now: datetime, api: Stripe
) -> PaymentAttempt:
    with transaction(sessions) as session:
        attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True, populate_existing=True)
        apply_state(session, attempt, state, now=now, api=api)
    return attempt
