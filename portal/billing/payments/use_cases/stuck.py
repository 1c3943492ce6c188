"""Recovers stuck attempts when neither the payer nor a webhook came back."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from portal.billing.models.payments import Payment, PaymentAttempt
from portal.billing.payments.use_cases.prepare import Sessions
from portal.billing.payments.use_cases.sync import sync_attempt
from portal.billing.stripe.api import Stripe, StripeUnknown
from portal.foundation.db import transaction

log = structlog.get_logger(__name__)

# How long to leave an attempt alone since it was last synced.
PATIENCE = {"created": timedelta(minutes=1), "open": timedelta(minutes=2), "processing": timedelta(hours=1)}
FEE_PATIENCE = timedelta(minutes=10)
MOST_AT_ONCE = 200
# After as many requests in a row without an answer, Stripe is taken to be down; the next run goes on.
GIVE_UP_AFTER = 3


def sync_stuck_attempts(sessions: Sessions, *, now: datetime, api: Stripe, all_live: bool = False) -> int:
    """Sync every attempt that is stuck, and payments whose fee is still unknown; ``all_live``: including those that
    were synced just now. Returns how many."""
    with transaction(sessions) as session:
        ids = _waiting(session, now + timedelta(days=1) if all_live else now, live_keys=api.livemode)
    silent = done = 0
    for attempt_id in ids:
        try:
            sync_attempt(sessions, attempt_id, now=now, api=api)
            silent, done = 0, done + 1
        except StripeUnknown:
            silent += 1
            if silent >= GIVE_UP_AFTER:
                log.warning("Stripe does not answer; stuck payments wait", left=len(ids) - done)
                break
        except Exception:
            # One attempt that cannot be synced must not block the others.
            log.exception("an attempt could not be synced with Stripe", attempt=attempt_id)
    return done


def _waiting(session: Session, now: datetime, *, live_keys: bool) -> list[int]:
    synced = func.coalesce(PaymentAttempt.checked_at, PaymentAttempt.created_at)
    live = [
        and_(PaymentAttempt.state == state, synced < now - patience) for state, patience in PATIENCE.items()
    ]
    no_fee = and_(
        PaymentAttempt.state == "succeeded",
        synced < now - FEE_PATIENCE,
        exists().where(Payment.attempt_id == PaymentAttempt.id, Payment.fee_minor.is_(None)),
    )
    return list(
        session.scalars(
            select(PaymentAttempt.id)
            # With test keys, attempts of the live mode cannot be fetched.
            .where(or_(*live, no_fee), or_(~PaymentAttempt.livemode, literal(live_keys)))
            .order_by(synced, PaymentAttempt.id)
            .limit(MOST_AT_ONCE)
        )
    )
