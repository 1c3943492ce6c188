"""Syncs an attempt with Stripe: the only way by which payments get from Stripe into the ledger.

The page that a payer returns to, webhooks and the periodic look at stuck attempts all end here. However often and in
whatever order they come, the row's lock, the table of states and the posting's key make one payment of them.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.methods.use_cases.stripe_methods import save_method
from portal.billing.models.payments import Payment, PaymentAttempt
from portal.billing.payment_states import LIVE, can
from portal.billing.payments.facts import record_payment_failed
from portal.billing.payments.letters import mail_payment_failed, mail_payment_received
from portal.billing.payments.queries.attempts import payer_of, shares_of
from portal.billing.payments.throttle import MOST_DECLINES
from portal.billing.payments.use_cases.fees import post_fee, post_fee_of
from portal.billing.payments.use_cases.mismatch import mismatch, report_mismatch
from portal.billing.payments.use_cases.prepare import Sessions
from portal.billing.payments.use_cases.stripe_state import StripeState, fetch_state
from portal.billing.settlement.received import Received
from portal.billing.settlement.use_cases.settle import post_payment
from portal.billing.stripe.api import Stripe, StripeRefused
from portal.billing.stripe.objects import Intent
from portal.foundation.actor import Actor
from portal.foundation.clock import local
from portal.foundation.db import transaction
from portal.foundation.jobs import MONEY, JobName, defer

PASS_ON = JobName("billing.pass_on", MONEY)
PAID_AHEAD = JobName("orders.payment_received", MONEY)
TOO_MANY = "Too many cards were declined, so the page was closed."


def sync_attempt(sessions: Sessions, attempt_id: int, *, now: datetime, api: Stripe) -> PaymentAttempt:
    """Ask Stripe about an attempt and post what is new. Call it outside any transaction. Idempotent.

    :raises StripeUnknown: if Stripe does not answer; nothing has changed then.
    """
    with transaction(sessions) as session:
        attempt = session.get_one(PaymentAttempt, attempt_id)
        if not _is_uncertain(session, attempt):
            return attempt
    state = fetch_state(sessions, attempt, now=now, api=api)
    state = _closed_if_worn_out(state, api)
    with transaction(sessions) as session:
        attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True, populate_existing=True)
        attempt.checked_at = now
        attempt.declines = max(attempt.declines, state.declines)
        apply_state(session, attempt, state, now=now, api=api)
    return attempt


def _closed_if_worn_out(state: StripeState, api: Stripe) -> StripeState:
    """The state with the number of cards that were declined on the page. After too many the page is closed: whoever tries
    one card after the other does not go on there.

    :raises StripeUnknown: if Stripe does not answer.
    """
    if state.name != "open" or state.page is None or state.intent is None or not state.intent.failure_words:
        return state
    declines = api.count_declines(state.intent.id)
    page = state.page
    if declines >= MOST_DECLINES:
        with suppress(StripeRefused):  # it was paid or expired a moment before
            api.expire_session(page.id)
        page = api.retrieve_session(page.id)
    return StripeState(page, page.intent, declines=declines)


def apply_state(
    session: Session, attempt: PaymentAttempt, state: StripeState, *, now: datetime, api: Stripe
) -> None:
    """Bring the locked attempt to its state at Stripe, if that is this attempt's and the table of states allows it."""
    wrong = mismatch(attempt, state)
    if wrong is not None:
        report_mismatch(session, attempt, wrong, now)
        return
    _keep_ids(attempt, state)
    if attempt.state == "succeeded":
        post_fee_of(session, attempt, state.intent, now)
        return
    if state.name == "open":
        _keep_decline(attempt, state)
    if state.name is not None and state.name != attempt.state and can(attempt.state, state.name):
        _transition(session, attempt, state.name, state, now=now, api=api)


def _transition(
    session: Session, attempt: PaymentAttempt, after: str, state: StripeState, *, now: datetime, api: Stripe
) -> None:
    before = attempt.state
    attempt.state, attempt.updated_at = after, now
    if after == "succeeded":
        _succeed(session, attempt, state, late=before not in LIVE, now=now, api=api)
    elif after == "expired" and attempt.declines >= MOST_DECLINES:
        attempt.failure_code, attempt.failure_words = "too_many_declines", TOO_MANY
    elif after == "failed":
        attempt.failure_code, attempt.failure_words = state.failure
        record_payment_failed(session, attempt, actor=payer_of(session, attempt), now=now)
        if before == "processing" or attempt.via in ("autopay", "schedule"):
            mail_payment_failed(session, attempt)  # nobody is on a page to see it


def _is_uncertain(session: Session, attempt: PaymentAttempt) -> bool:
    """Whether Stripe may know more than the attempt's row."""
    if attempt.state == "scheduled" or (attempt.amount_minor == 0 and attempt.purpose != "setup"):
        return False
    if attempt.state != "succeeded" or attempt.purpose == "setup":
        return attempt.state != "succeeded"
    payment = session.scalar(select(Payment).where(Payment.attempt_id == attempt.id))
    return payment is not None and payment.fee_minor is None


def _keep_ids(attempt: PaymentAttempt, state: StripeState) -> None:
    """Keep ids and the page's address; ids never change once they are known."""
    if state.page is not None:
        attempt.checkout_session_id = attempt.checkout_session_id or state.page.id
        attempt.checkout_url = state.page.url or attempt.checkout_url
        attempt.expires_at = state.page.expires_at
    known = state.intent.id if state.intent else state.refused.intent_id if state.refused else None
    attempt.payment_intent_id = attempt.payment_intent_id or known


def _keep_decline(attempt: PaymentAttempt, state: StripeState) -> None:
    """Keep why a card was declined on the page, which stays open for another one."""
    code, words = state.failure
    if words:
        attempt.failure_code, attempt.failure_words = code, words


def _succeed(
    session: Session, attempt: PaymentAttempt, state: StripeState, *, late: bool, now: datetime, api: Stripe
) -> None:
    payer = payer_of(session, attempt)
    attempt.failure_code = attempt.failure_words = ""
    method = state.intent.method if state.intent else state.page.method if state.page else None
    if attempt.save_method and method is not None and attempt.stripe_customer_id:
        save_method(session, attempt, method, actor=payer, now=now)
    if attempt.purpose != "setup" and state.intent is not None:
        received = _received(attempt, state.intent, now, api)
        if attempt.via == "link" and state.page is not None:
            attempt.payer_email = state.page.payer_email
        _receive(session, attempt, state.intent, received, late=late, payer=payer)


def _receive(
    session: Session, attempt: PaymentAttempt, intent: Intent, received: Received, *, late: bool, payer: Actor
) -> None:
    now = received.received_at
    # A payment for what was given up is unapplied: the invoices may have been paid another way meanwhile.
    shares = [] if late else shares_of(session, attempt.id)
    settled = post_payment(session, received, shares, actor=payer, now=now)
    if settled is None:
        return
    post_fee(session, settled.payment, intent.charge.movement if intent.charge else None, now)
    mail_payment_received(session, attempt, settled, late=late)
    if attempt.purpose == "group":
        defer(session, PASS_ON, {"row_id": attempt.id})
    if attempt.draft_id is not None:
        defer(session, PAID_AHEAD, {"draft_id": attempt.draft_id, "attempt_id": attempt.id})


def _received(attempt: PaymentAttempt, intent: Intent, now: datetime, api: Stripe) -> Received:
    charge, method = intent.charge, intent.method
    return Received(
        company_id=attempt.company_id,
        kind=method.kind if method else attempt.method_kind or "card",
        amount_minor=intent.received_minor,
        currency=intent.currency,
        received_at=now,
        received_on=local(now, api.zone).date(),
        key=f"pi:{intent.id}:succeeded",
        method_words=method.words if method else "",
        attempt_id=attempt.id,
        payment_intent_id=intent.id,
        charge_id=charge.id if charge else None,
        draft_id=attempt.draft_id if attempt.purpose == "draft" else None,
        method_fingerprint=method.fingerprint if method else "",
    )
