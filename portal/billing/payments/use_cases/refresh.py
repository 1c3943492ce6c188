"""A page looks at Stripe for its reader: at most once in a few seconds for each attempt, whoever reloads it how often.

When Stripe was asked last stands in the attempt's row, so that all processes count together.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, update

from portal.billing.models.payments import PaymentAttempt
from portal.billing.payment_states import LIVE, WITHOUT_MONEY
from portal.billing.payments.use_cases.requests import Sessions
from portal.billing.payments.use_cases.sync import sync_attempt
from portal.billing.stripe.api import Stripe, StripeUnknown
from portal.foundation.db import transaction

ASK_AGAIN_AFTER = timedelta(seconds=3)
# Everything that may still change: money may come for what was given up, too.
UNCERTAIN = (*LIVE, *WITHOUT_MONEY)


def look_again(sessions: Sessions, attempt: PaymentAttempt, *, now: datetime, api: Stripe) -> bool:
    """Bring an attempt to where Stripe says it is. Call it outside any transaction.

    :returns: whether that is known now. False when Stripe gave no answer, or was asked a moment ago by another
        reader, whose answer may be on its way: the page says so and looks again by itself.
    """
    if attempt.state not in UNCERTAIN:
        return True
    with transaction(sessions) as session:
        mine = session.scalar(
            update(PaymentAttempt)
            .where(
                PaymentAttempt.id == attempt.id,
                or_(PaymentAttempt.checked_at.is_(None), PaymentAttempt.checked_at <= now - ASK_AGAIN_AFTER),
            )
            .values(checked_at=now)
            .returning(PaymentAttempt.id)
        )
    if mine is None:
        return False
    try:
        sync_attempt(sessions, attempt.id, now=now, api=api)
    except StripeUnknown:
        return False
    return True
