"""Refreshes an attempt from Stripe when its page is viewed, at most once every 3 s per attempt.

The time of the last request is in the attempt's row, so the limit holds for all processes together.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, update

from portal.billing.models.payments import PaymentAttempt
from portal.billing.payment_states import LIVE, WITHOUT_MONEY
from portal.billing.payments.use_cases.prepare import Sessions
from portal.billing.payments.use_cases.sync import sync_attempt
from portal.billing.stripe.api import Stripe, StripeUnknown
from portal.foundation.db import transaction

REFRESH_EVERY = timedelta(seconds=3)
# States that may still change: a payment may arrive for a cancelled or failed attempt, too.
UNCERTAIN = (*LIVE, *WITHOUT_MONEY)


def refresh_attempt(sessions: Sessions, attempt: PaymentAttempt, *, now: datetime, api: Stripe) -> bool:
    """Sync an attempt with Stripe. Call it outside any transaction.

    :returns: whether its state is known now. False if Stripe gave no answer, or was asked a moment ago by another
        reader, whose answer may still be on its way: then the page refreshes automatically.
    """
    if attempt.state not in UNCERTAIN:
        return True
    if not _is_due(sessions, attempt, now):
        return False
    try:
        sync_attempt(sessions, attempt.id, now=now, api=api)
    except StripeUnknown:
        return False
    return True


def _is_due(sessions: Sessions, attempt: PaymentAttempt, now: datetime) -> bool:
    """Whether this caller is to ask; nobody else is for a moment then."""
    due = or_(PaymentAttempt.checked_at.is_(None), PaymentAttempt.checked_at <= now - REFRESH_EVERY)
    with transaction(sessions) as session:
        mine = session.scalar(
            update(PaymentAttempt)
            .where(PaymentAttempt.id == attempt.id, due)
            .values(checked_at=now)
            .returning(PaymentAttempt.id)
        )
    return mine is not None
