"""An attempt's state at Stripe, fetched outside any transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.use_cases.prepare import Sessions, prepare
from portal.billing.payments.use_cases.requests import create_charge, create_page, refuse_suspended
from portal.billing.stripe.api import Stripe, StripeRefused, StripeUnknown
from portal.billing.stripe.objects import Intent
from portal.billing.stripe.objects import Session as Checkout

# Stripe keeps the answers to idempotency keys for at least 24 hours. Later the same key would make a second one.
KEY_LIFE = timedelta(hours=20)
TEST_OVER = StripeRefused("test_mode_over", "It was begun as a test payment; payments are real now.")
STALE = timedelta(minutes=10)
NEVER_SENT = StripeRefused("never_arrived", "The payment was begun, but never reached our payment service.")
NEVER_ARRIVED = StripeRefused("never_arrived", "The payment never reached our payment service.")


@dataclass(frozen=True, slots=True)
class StripeState:
    """What exists at Stripe for an attempt; ``refused`` if there is a definite no instead."""

    page: Checkout | None = None
    intent: Intent | None = None
    refused: StripeRefused | None = None
    declines: int = 0  # cards that were declined on the page

    @property
    def name(self) -> str | None:
        """The attempt's state that follows; None if nothing follows."""
        if self.refused is not None:
            return "failed"
        status = self.intent.status if self.intent else ""
        if status in ("succeeded", "processing"):
            return status
        if self.page is not None and self.page.mode == "setup":
            return _state_of_setup(self.page)
        if self.page is not None and self.page.status == "open":
            return "open"
        if self.page is not None and self.page.status == "expired":
            return "expired"
        if self.page is not None and status == "requires_action":
            return "processing"  # the page is complete: the payer verifies the bank account within days
        if status in ("requires_payment_method", "canceled", "requires_action", "requires_confirmation"):
            return "failed"  # nobody is on a page to complete it
        return None

    @property
    def failure(self) -> tuple[str, str]:
        """Code and sentence of the last refusal."""
        if self.refused is not None:
            return self.refused.code, self.refused.words
        if self.intent is not None:
            return self.intent.failure_code, self.intent.failure_words
        return "", self.page.setup_failure if self.page else ""


def _state_of_setup(page: Checkout) -> str:
    if page.status == "complete" and page.setup_status == "requires_action":
        return "open"  # as for payments, but nothing is processing meanwhile
    if page.status == "complete":
        return "succeeded" if page.setup_status in ("succeeded", "processing") else "failed"
    return "expired" if page.status == "expired" else "open"


def fetch_state(sessions: Sessions, attempt: PaymentAttempt, *, now: datetime, api: Stripe) -> StripeState:
    """Fetch an attempt's state. If its first request was never answered, it is retried with the same key.

    :raises StripeUnknown: if Stripe does not answer.
    """
    if attempt.tries and attempt.livemode != api.livemode:
        if not attempt.livemode:
            return StripeState(refused=TEST_OVER)
        raise StripeUnknown("the attempt was begun with live keys")
    try:
        if attempt.checkout_session_id:
            page = api.retrieve_session(attempt.checkout_session_id)
            return StripeState(page, page.intent)
        if attempt.payment_intent_id:
            return StripeState(intent=api.retrieve_intent(attempt.payment_intent_id))
    except StripeRefused as no:
        return _missing(attempt, no)
    if attempt.state == "created":
        return _retry(sessions, attempt, now=now, api=api)
    return StripeState()


def _missing(attempt: PaymentAttempt, no: StripeRefused) -> StripeState:
    if no.code == "resource_missing" and not attempt.livemode:
        return StripeState(refused=no)  # test data at Stripe was deleted; no real money was in it
    raise StripeUnknown(no.code) from no


def _retry(sessions: Sessions, attempt: PaymentAttempt, *, now: datetime, api: Stripe) -> StripeState:
    age = now - attempt.created_at
    if attempt.tries and age > KEY_LIFE:
        return _search(attempt, api)
    if attempt.saved_method_id is None and not attempt.tries and age > STALE:
        return StripeState(refused=NEVER_SENT)  # whoever began it has left before a request was sent
    request = prepare(sessions, attempt.id, now=now, api=api)
    if request.attempt.state != "created":
        return StripeState()
    try:
        if attempt.saved_method_id is not None:
            if not attempt.tries:
                refuse_suspended(request)
            return StripeState(intent=create_charge(request, api))
        page = create_page(request, api)
        # A page that was opened before may have been paid: its first answer, repeated, does not say so.
        page = api.retrieve_session(page.id) if attempt.tries else page
        return StripeState(page, page.intent)
    except StripeRefused as no:
        return StripeState(refused=no)


def _search(attempt: PaymentAttempt, api: Stripe) -> StripeState:
    """What Stripe made of the first request, whose key is too old to be used again."""
    span = (attempt.created_at - timedelta(minutes=10), attempt.created_at + KEY_LIFE)
    if attempt.saved_method_id is not None:
        intent = api.find_intent(attempt.token, *span)
        return StripeState(intent=intent) if intent else StripeState(refused=NEVER_ARRIVED)
    page = api.find_session(attempt.token, *span)
    return StripeState(page, page.intent) if page else StripeState(refused=NEVER_ARRIVED)
