"""Charging a saved method for an attempt that was written down before: by a job, until Stripe has answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.use_cases.checkout import charge_saved
from portal.billing.payments.use_cases.sync import sync_attempt
from portal.billing.stripe.api import Stripe
from portal.foundation.db import transaction

CHARGE = "billing.charge"


def charge(sessions: Callable[[], Session], attempt_id: int, *, now: datetime, api: Stripe) -> PaymentAttempt:
    """Have Stripe charge the attempt's method; the attempt as it then stands. Call it outside any transaction.

    The first time it is simply charged. Once Stripe may have heard of it, it is asked what became of it: that way
    knows when an idempotency key is too old to be used again.

    :raises StripeUnknown: when Stripe gives no answer; call it again.
    """
    with transaction(sessions) as session:
        tries = session.get_one(PaymentAttempt, attempt_id).tries
    act = sync_attempt if tries else charge_saved
    return act(sessions, attempt_id, now=now, api=api)
