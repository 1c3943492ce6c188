"""Jobs that compare the books with Stripe."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from portal.billing.reconciliation.use_cases.runs import RECONCILE, reconcile
from portal.billing.stripe.api import StripeUnknown
from portal.billing.stripe.connection import worker_stripe
from portal.foundation.clock import utcnow
from portal.foundation.jobs import House, Job

log = structlog.get_logger(__name__)

# How far back the periodic run looks, so that it sees what Stripe posts late or corrects.
RECONCILED_DAYS = 3


def reconcile_hourly(house: House, *, at: datetime) -> None:
    """Hourly, over the last days."""
    _reconcile(house, at - timedelta(days=RECONCILED_DAYS))


def reconcile_now(house: House, *, days: int) -> None:
    """When staff ask for it."""
    _reconcile(house, utcnow() - timedelta(days=days))


def _reconcile(house: House, since: datetime) -> None:
    api = worker_stripe(house.settings)
    if api is None:
        return
    try:
        reconcile(house.sessions, since=since, now=utcnow(), api=api)
    except StripeUnknown:
        log.warning("Stripe does not answer; reconciliation waits for the next hour")


JOBS = (
    Job("billing.reconcile_hourly", reconcile_hourly, cron="41 * * * *", alone=True),
    Job(RECONCILE, reconcile_now, alone=True),
)
