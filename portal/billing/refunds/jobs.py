"""Jobs that carry out refunds at Stripe."""

from __future__ import annotations

from datetime import datetime

import structlog

from portal.billing.refunds.use_cases.refunds import JOB, carry_out, unfinished
from portal.billing.stripe.api import Stripe, StripeUnknown
from portal.billing.stripe.connection import worker_stripe
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.jobs import House, Job, Sessions

log = structlog.get_logger(__name__)


def carry_out_refund(house: House, *, row_id: int) -> None:
    """Carry out one refund; repeated until Stripe has answered."""
    api = worker_stripe(house.settings)
    if api is not None:
        carry_out(house.sessions, row_id, now=utcnow(), api=api)


def finish(house: House, *, at: datetime) -> None:
    """Hourly: refunds whose outcome is not known yet."""
    api = worker_stripe(house.settings)
    if api is not None:
        finish_refunds(house.sessions, now=utcnow(), api=api)


def finish_refunds(sessions: Sessions, *, now: datetime, api: Stripe) -> None:
    """Ask Stripe about refunds whose outcome is not known yet."""
    with transaction(sessions) as session:
        waiting = unfinished(session)
    for refund_id in waiting:
        try:
            carry_out(sessions, refund_id, now=now, api=api)
        except StripeUnknown:
            log.warning("Stripe does not answer; refunds wait for the next hour", waiting=len(waiting))
            return
        except Exception:
            log.exception("a refund could not be brought to where Stripe says it is", refund=refund_id)


JOBS = (
    Job(JOB, carry_out_refund, patient=True),
    Job("billing.finish_refunds", finish, cron="26 * * * *", alone=True),
)
