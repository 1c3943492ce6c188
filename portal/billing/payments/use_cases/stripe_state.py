"""What Stripe says about an attempt, asked fresh, outside any transaction; and whether it is about this attempt at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.use_cases.requests import Sessions, ask_for_charge, ask_for_page, prepare
from portal.billing.stripe.api import Stripe, StripeRefused, StripeUnknown
from portal.billing.stripe.objects import Intent
from portal.billing.stripe.objects import Session as Checkout

# Stripe keeps the answers to idempotency keys for at least 24 hours. Later the same key would make a second one.
KEY_LIFE = timedelta(hours=20)
TEST_OVER = StripeRefused("test_mode_over", "It was begun as a test payment; payments are real now.")
STALE = timedelta(minutes=10)
NEVER_ARRIVED = StripeRefused(
    "never_arrived", "The payment was begun, but never reached our payment service."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What exists at Stripe for an attempt; ``refused`` when there is a definite no instead."""

    page: Checkout | None = None
    intent: Intent | None = None
    refused: StripeRefused | None = None

    @property
    def state(self) -> str | None:
        """The attempt's state that follows; None when nothing follows."""
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
            return "processing"  # the page is complete: the payer proves within days that the bank account is theirs
        if status in ("requires_payment_method", "canceled", "requires_action", "requires_confirmation"):
            return "failed"  # nobody is in front of a page who could still do something about it
        return None

    @property
    def failure(self) -> tuple[str, str]:
        """Code and sentence of what was refused last."""
        if self.refused is not None:
            return self.refused.code, self.refused.words
        if self.intent is not None:
            return self.intent.failure_code, self.intent.failure_words
        return "", self.page.setup_failure if self.page else ""


def _state_of_setup(page: Checkout) -> str:
    if page.status == "complete" and page.setup_status == "requires_action":
        return "open"  # as for payments; nothing is on its way meanwhile
    if page.status == "complete":
        return "succeeded" if page.setup_status in ("succeeded", "processing") else "failed"
    return "expired" if page.status == "expired" else "open"


def look(sessions: Sessions, attempt: PaymentAttempt, *, now: datetime, api: Stripe) -> Seen:
    """Ask Stripe about an attempt. One whose first request was never answered is asked for again, with the same key.

    :raises StripeUnknown: when Stripe does not answer.
    """
    if attempt.tries and attempt.livemode != api.livemode:
        if not attempt.livemode:
            return Seen(refused=TEST_OVER)
        raise StripeUnknown("the attempt was begun with live keys")
    try:
        if attempt.checkout_session_id:
            page = api.retrieve_session(attempt.checkout_session_id)
            return Seen(page, page.intent)
        if attempt.payment_intent_id:
            return Seen(intent=api.retrieve_intent(attempt.payment_intent_id))
    except StripeRefused as no:
        return _missing(attempt, no)
    if attempt.state == "created":
        return _ask_again(sessions, attempt, now=now, api=api)
    return Seen()


def _missing(attempt: PaymentAttempt, no: StripeRefused) -> Seen:
    if no.code == "resource_missing" and not attempt.livemode:
        return Seen(refused=no)  # test data at Stripe was deleted; no money was ever in it
    raise StripeUnknown(no.code) from no


def _ask_again(sessions: Sessions, attempt: PaymentAttempt, *, now: datetime, api: Stripe) -> Seen:
    by_page = attempt.saved_method_id is None
    if attempt.tries and now - attempt.created_at > KEY_LIFE:
        span = (attempt.created_at - timedelta(minutes=10), attempt.created_at + KEY_LIFE)
        page = api.find_session(attempt.token, *span) if by_page else None
        intent = page.intent if page else None if by_page else api.find_intent(attempt.token, *span)
        if page is None and intent is None:
            return Seen(
                refused=StripeRefused("never_arrived", "The payment never reached our payment service.")
            )
        return Seen(page, intent)
    if by_page and not attempt.tries and now - attempt.created_at > STALE:
        return Seen(refused=NEVER_ARRIVED)  # whoever began it has left before Stripe was asked
    request = prepare(sessions, attempt.id, now=now, api=api)
    if request.attempt.state != "created":
        return Seen()
    try:
        if by_page:
            page = ask_for_page(request, api)
            # A page that was opened before may have been paid: its first answer, given again, does not say so.
            page = api.retrieve_session(page.id) if attempt.tries else page
            return Seen(page, page.intent)
        return Seen(intent=ask_for_charge(request, api))
    except StripeRefused as no:
        return Seen(refused=no)


def mismatch(attempt: PaymentAttempt, seen: Seen) -> str | None:
    """What at Stripe is not this attempt's: whose it is, amount, currency, mode or customer. Then nothing is posted."""
    page, intent = seen.page, seen.intent
    checks = []
    if page is not None:
        checks += [
            ("reference", page.reference, attempt.token),
            ("livemode", page.livemode, attempt.livemode),
        ]
        if page.mode == "payment":
            checks += [
                ("amount", page.amount_minor, attempt.amount_minor),
                ("currency", page.currency, attempt.currency),
            ]
    if intent is not None:
        checks += [
            ("metadata", intent.metadata.get("attempt"), attempt.token),
            ("livemode", intent.livemode, attempt.livemode),
            ("amount", intent.amount_minor, attempt.amount_minor),
            ("currency", intent.currency, attempt.currency),
        ]
        if intent.status == "succeeded":
            checks.append(("amount received", intent.received_minor, attempt.amount_minor))
        if attempt.stripe_customer_id:
            checks.append(("customer", intent.customer, attempt.stripe_customer_id))
    return next(
        (f"{name}: {theirs!r} instead of {ours!r}" for name, theirs, ours in checks if theirs != ours), None
    )
