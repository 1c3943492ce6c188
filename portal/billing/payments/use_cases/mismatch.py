"""Whether what exists at Stripe for an attempt is this attempt's at all."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.use_cases.stripe_state import StripeState
from portal.billing.stripe.objects import Intent
from portal.billing.stripe.objects import Session as Checkout
from portal.billing.stripe.use_cases.discrepancies import report_difference

log = structlog.get_logger(__name__)

# What it is about, what Stripe has, what the attempt has.
Check = tuple[str, object, object]


def mismatch(attempt: PaymentAttempt, state: StripeState) -> str | None:
    """What at Stripe is not this attempt's: token, amount, currency, mode or customer. Then nothing is posted."""
    checks = [
        *(_page_checks(attempt, state.page) if state.page else ()),
        *(_intent_checks(attempt, state.intent) if state.intent else ()),
    ]
    return next(
        (f"{name}: {theirs!r} instead of {ours!r}" for name, theirs, ours in checks if theirs != ours), None
    )


def _page_checks(attempt: PaymentAttempt, page: Checkout) -> list[Check]:
    checks: list[Check] = [
        ("reference", page.reference, attempt.token),
        ("livemode", page.livemode, attempt.livemode),
    ]
    if page.mode == "payment":
        checks += [
            ("amount", page.amount_minor, attempt.amount_minor),
            ("currency", page.currency, attempt.currency),
        ]
    return checks


def _intent_checks(attempt: PaymentAttempt, intent: Intent) -> list[Check]:
    checks: list[Check] = [
        ("metadata", intent.metadata.get("attempt"), attempt.token),
        ("livemode", intent.livemode, attempt.livemode),
        ("amount", intent.amount_minor, attempt.amount_minor),
        ("currency", intent.currency, attempt.currency),
    ]
    if intent.status == "succeeded":
        checks.append(("amount received", intent.received_minor, attempt.amount_minor))
    if attempt.stripe_customer_id:
        checks.append(("customer", intent.customer, attempt.stripe_customer_id))
    return checks


def report_mismatch(session: Session, attempt: PaymentAttempt, wrong: str, now: datetime) -> None:
    """Report to staff what at Stripe is not this attempt's."""
    log.error("Stripe holds something that is not this attempt's", attempt=attempt.id, wrong=wrong)
    report_difference(
        session,
        key=f"attempt:{attempt.id}",
        kind="attempt_differs",
        words=f"What Stripe holds for a payment is not what was asked for ({wrong}). Nothing was posted.",
        now=now,
        company_id=attempt.company_id,
        details={"attempt": attempt.id, "session": attempt.checkout_session_id},
    )
