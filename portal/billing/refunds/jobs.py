"""Jobs that carry out refunds at Stripe."""

from __future__ import annotations

from datetime import datetime

import structlog

from portal.billing.refunds.use_cases.begin import CARRY_OUT
from portal.billing.refunds.use_cases.carry_out import carry_out_refund, unfinished_refunds
from portal.billing.stripe.api import Stripe, StripeUnknown
from portal.billing.stripe.connection import worker_stripe
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.jobs import House, Job, Sessions

log = structlog.get_logger(__name__)


def carry_out(house: House, *, row_id: int) -> None:
    """Carry out one refund; retried until Stripe has answered."""
    api = worker_stripe(house.settings)
    if api is not None:
        carry_out_refund(house.sessions, row_id, now=utcnow(), api=api)


def finish(house: House, *, at: datetime) -> None:
    """Hourly: refunds whose outcome is not known yet."""
    api = worker_stripe(house.settings)
    if api is not None:
        finish_refunds(house.sessions, now=utcnow(), api=api)


def finish_refunds(sessions: Sessions, *, now: datetime, api: Stripe) -> None:
    """Ask Stripe about refunds whose outcome is not known yet."""
    with transaction(sessions) as session:
        waiting = unfinished_refunds(session)
    for refund_id in waiting:
        try:
            carry_out_refund(sessions, refund_id, now=now, api=api)
        except StripeUnknown:
            log.warning("Stripe does not answer; refunds wait for the next hour", waiting=len(waiting))
            return
        except Exception:
            log.exception("a refund could not be brought in line with Stripe", refund=refund_id)


JOBS = (
    Job(CARRY_OUT, carry_out, patient=True),
    Job("billing.finish_refunds", finish, cron="26 * * * *", alone=True),
)
