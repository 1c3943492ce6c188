"""Bringing an attempt to where Stripe says it is: the one way by which money gets into the books from Stripe.

The page that a payer comes back to, webhooks and the periodic look at hanging attempts all end here. However often and
in whatever order they come, the row's lock, the table of states and the posting's key make one payment of them.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.chart_of_accounts import FEES, STRIPE
from portal.billing.ledger.use_cases import Side, post
from portal.billing.methods.use_cases.stripe_methods import keep_method
from portal.billing.models.payments import Payment, PaymentAttempt
from portal.billing.payment_states import LIVE, can
from portal.billing.payments.letters import payer_of, tell_failed, tell_received
from portal.billing.payments.use_cases.requests import Sessions
from portal.billing.payments.use_cases.start import shares_of
from portal.billing.payments.use_cases.stripe_state import Seen, look, mismatch
from portal.billing.settlement.use_cases.settle import Received, record_payment
from portal.billing.stripe.api import Stripe
from portal.billing.stripe.objects import Intent, Movement
from portal.billing.stripe.use_cases import discrepancies
from portal.foundation.actor import SYSTEM
from portal.foundation.clock import local
from portal.foundation.db import transaction
from portal.foundation.jobs import defer

log = structlog.get_logger(__name__)

PAID_AHEAD = "orders.payment_received"


def sync_attempt(sessions: Sessions, attempt_id: int, *, now: datetime, api: Stripe) -> PaymentAttempt:
    """Ask Stripe about an attempt and post what is new. Call it outside any transaction; calling it again is free.

    :raises StripeUnknown: when Stripe does not answer; nothing has changed then.
    """
    with transaction(sessions) as session:
        attempt = session.get_one(PaymentAttempt, attempt_id)
        if not _is_worth_asking(session, attempt):
            return attempt
    seen = look(sessions, attempt, now=now, api=api)
    with transaction(sessions) as session:
        attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True, populate_existing=True)
        attempt.checked_at = now
        take(session, attempt, seen, now=now, api=api)
    return attempt


def take(session: Session, attempt: PaymentAttempt, seen: Seen, *, now: datetime, api: Stripe) -> None:
    """Bring the locked attempt to what was seen, as far as it is this attempt's and the table of states allows."""
    wrong = mismatch(attempt, seen)
    if wrong is not None:
        log.error("Stripe holds something that is not this attempt's", attempt=attempt.id, wrong=wrong)
        _note_mismatch(session, attempt, wrong, now)
        return
    _learn(attempt, seen)
    before, after = attempt.state, seen.state
    if before == "succeeded":
        _post_fee_of(session, attempt, seen.intent, now)
        return
    if after == "open":
        _decline_on_page(attempt, seen)
    if after is None or after == before or not can(before, after):
        return
    attempt.state, attempt.updated_at = after, now
    if after == "succeeded":
        _succeed(session, attempt, seen, late=before not in LIVE, now=now, api=api)
    elif after == "failed":
        attempt.failure_code, attempt.failure_words = seen.failure
        mail = before == "processing" or attempt.via in ("autopay", "schedule")
        tell_failed(session, attempt, actor=payer_of(session, attempt), now=now, mail=mail)


def _is_worth_asking(session: Session, attempt: PaymentAttempt) -> bool:
    if attempt.state == "scheduled" or (attempt.amount_minor == 0 and attempt.purpose != "setup"):
        return False
    if attempt.state != "succeeded" or attempt.purpose == "setup":
        return attempt.state != "succeeded"
    payment = session.scalar(select(Payment).where(Payment.attempt_id == attempt.id))
    return payment is not None and payment.fee_minor is None


def _learn(attempt: PaymentAttempt, seen: Seen) -> None:
    """Ids and the page's address; they never change once they are known."""
    if seen.page is not None:
        attempt.checkout_session_id = attempt.checkout_session_id or seen.page.id
        attempt.checkout_url = seen.page.url or attempt.checkout_url
        attempt.expires_at = seen.page.expires_at
    known = seen.intent.id if seen.intent else seen.refused.intent_id if seen.refused else None
    attempt.payment_intent_id = attempt.payment_intent_id or known


def _decline_on_page(attempt: PaymentAttempt, seen: Seen) -> None:
    """A card was declined on the page, which stays open for another one: worth knowing while one waits."""
    code, words = seen.failure
    if words:
        attempt.failure_code, attempt.failure_words = code, words


def _succeed(
    session: Session, attempt: PaymentAttempt, seen: Seen, *, late: bool, now: datetime, api: Stripe
) -> None:
    payer = payer_of(session, attempt)
    attempt.failure_code = attempt.failure_words = ""
    method = seen.intent.method if seen.intent else seen.page.method if seen.page else None
    if attempt.save_method and method is not None and attempt.stripe_customer_id:
        keep_method(session, attempt, method, actor=payer, now=now)
    if attempt.purpose == "setup" or seen.intent is None:
        return
    # Money for what was given up pays nothing by itself: somebody may have paid it another way meanwhile.
    shares = [] if late else shares_of(session, attempt.id)
    settled = record_payment(session, _received(attempt, seen.intent, now, api), shares, actor=payer, now=now)
    if settled is None:
        return
    _post_fee(session, settled.payment, seen.intent.charge.movement if seen.intent.charge else None, now)
    tell_received(session, attempt, settled, late=late, now=now)
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
    )


def _post_fee_of(session: Session, attempt: PaymentAttempt, intent: Intent | None, now: datetime) -> None:
    payment = session.scalar(select(Payment).where(Payment.attempt_id == attempt.id).with_for_update())
    if payment is not None and intent is not None and intent.charge is not None:
        _post_fee(session, payment, intent.charge.movement, now)


def _post_fee(session: Session, payment: Payment, movement: Movement | None, now: datetime) -> None:
    """What Stripe kept of a payment, once it says so. In another currency it is known but cannot be posted here."""
    if movement is None or payment.fee_minor is not None:
        return
    payment.balance_transaction_id = movement.id
    if movement.currency != payment.currency:
        payment.fee_minor = 0
        return
    payment.fee_minor = movement.fee_minor
    session.flush()
    fee = movement.fee_minor
    post(
        session,
        key=f"fee:{movement.id}",
        kind="fee",
        company_id=payment.company_id,
        currency=payment.currency,
        occurred_at=now,
        sides=[Side(FEES, fee, payment_id=payment.id), Side(STRIPE, -fee, payment_id=payment.id)],
        actor=SYSTEM,
        words=f"Fee for {payment.number}",
    )


def _note_mismatch(session: Session, attempt: PaymentAttempt, wrong: str, now: datetime) -> None:
    discrepancies.note(
        session,
        key=f"attempt:{attempt.id}",
        kind="attempt_differs",
        words=f"What Stripe holds for a payment is not what was asked for ({wrong}). Nothing was posted.",
        now=now,
        company_id=attempt.company_id,
        details={"attempt": attempt.id, "session": attempt.checkout_session_id},
    )
