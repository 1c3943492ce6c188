"""Charges the saved method of an attempt: by a job, until Stripe has answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.use_cases.checkout import charge_saved
from portal.billing.payments.use_cases.sync import sync_attempt
from portal.billing.stripe.api import Stripe
from portal.foundation.db import transaction
from portal.foundation.jobs import MONEY, JobName

CHARGE = JobName("billing.charge", MONEY)


def charge_attempt(
    sessions: Callable[[], Session], attempt_id: int, *, now: datetime, api: Stripe
) -> PaymentAttempt:
    """Have Stripe charge the attempt's method; the attempt as it is then. Call it outside any transaction. Idempotent.

    The first call charges it. Once a request has been sent, the attempt is synced instead, which knows when an
    idempotency key is too old to be used again.

    :raises StripeUnknown: if Stripe does not answer; call it again.
    """
    with transaction(sessions) as session:
        tries = session.get_one(PaymentAttempt, attempt_id).tries
    act = sync_attempt if tries else charge_saved
    return act(sessions, attempt_id, now=now, api=api)
