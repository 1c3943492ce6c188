"""Jobs around what is owed: reminders of open invoices, holds by rule, money that came for a draft, money that waits in vain."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from procrastinate import App, BaseRetryStrategy
from sqlalchemy import Engine

from portal.billing.credit_holds.use_cases.hold_rule import follow_rules
from portal.billing.payments.use_cases.sync import PAID_AHEAD
from portal.billing.reminders.use_cases import remind_all
from portal.foundation.clock import local
from portal.foundation.config import Settings
from portal.foundation.db import make_sessions, transaction
from portal.orders.credit_rescue.use_cases.prepayments import release, tell_paid

log = structlog.get_logger(__name__)

REMIND = "billing.remind"
HOLD = "billing.hold_overdue"
RELEASE = "orders.release_money"


def register(app: App, settings: Settings, engine: Engine, patience: BaseRetryStrategy) -> None:
    """Put the jobs on the queue's application."""
    sessions = make_sessions(engine)

    @app.task(name=PAID_AHEAD, retry=patience)
    def payment_received(draft_id: int, attempt_id: int) -> None:
        with transaction(sessions) as session:
            tell_paid(session, draft_id=draft_id, attempt_id=attempt_id)

    @app.periodic(cron="37 * * * *")
    @app.task(name=RELEASE, queueing_lock=RELEASE)
    def release_money(timestamp: int) -> None:
        with transaction(sessions) as session:
            release(session, now=datetime.fromtimestamp(timestamp, UTC))

    # Every hour, so that a day's reminders also go out when the worker was away in the morning.
    @app.periodic(cron="23 * * * *")
    @app.task(name=REMIND, queueing_lock=REMIND)
    def remind(timestamp: int) -> None:
        count = remind_all(sessions, now=datetime.fromtimestamp(timestamp, UTC), zone=settings.time_zone)
        if count:
            log.info("reminders are on their way", invoices=count)

    # Every hour, so that a hold ends soon after what it was for is paid.
    @app.periodic(cron="11 * * * *")
    @app.task(name=HOLD, queueing_lock=HOLD)
    def hold_overdue(timestamp: int) -> None:
        now = datetime.fromtimestamp(timestamp, UTC)
        held, lifted = follow_rules(sessions, now=now, today=local(now, settings.time_zone).date())
        if held or lifted:
            log.info("accounts were held or let go by their rules", held=held, lifted=lifted)
