"""Jobs that talk to Stripe: what webhooks asked for, payments that hang, reconciling."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog
from procrastinate import App, BaseRetryStrategy
from sqlalchemy import Engine

from portal.billing.payments.use_cases.stuck import sync_hanging
from portal.billing.reconciliation.use_cases.runs import RECONCILE, reconcile
from portal.billing.stripe.api import Stripe, StripeUnknown
from portal.billing.stripe_events.use_cases import HANDLE, handle
from portal.foundation.clock import utcnow
from portal.foundation.config import Settings
from portal.foundation.db import make_sessions

log = structlog.get_logger(__name__)

# The periodic look back: what Stripe books late, or corrects, is still seen.
RECONCILED_DAYS = 3


def register(app: App, settings: Settings, engine: Engine, patience: BaseRetryStrategy) -> None:
    """Put the jobs on the queue's application. In mode off they have nothing to do."""
    api, sessions = Stripe.from_settings(settings), make_sessions(engine)

    @app.task(name=HANDLE, retry=patience)
    def stripe_event(event_id: str) -> None:
        if api is not None:
            handle(sessions, event_id, now=utcnow(), api=api)

    @app.periodic(cron="*/3 * * * *")
    @app.task(name="billing.sync_hanging", queueing_lock="billing.sync_hanging")
    def hanging(timestamp: int) -> None:
        if api is not None:
            sync_hanging(sessions, now=utcnow(), api=api)

    @app.periodic(cron="41 * * * *")
    @app.task(name="billing.reconcile_hourly", queueing_lock="billing.reconcile_hourly")
    def reconcile_hourly(timestamp: int) -> None:
        _reconcile(datetime.fromtimestamp(timestamp, UTC) - timedelta(days=RECONCILED_DAYS))

    @app.task(name=RECONCILE, queueing_lock=RECONCILE)
    def reconcile_now(days: int) -> None:
        _reconcile(utcnow() - timedelta(days=days))

    def _reconcile(since: datetime) -> None:
        if api is None:
            return
        try:
            reconcile(sessions, since=since, now=utcnow(), api=api)
        except StripeUnknown:
            log.warning("Stripe does not answer; reconciling waits for its next hour")
