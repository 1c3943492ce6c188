"""The job that applies companies' hold rules."""

from __future__ import annotations

from datetime import datetime

import structlog

from portal.billing.credit_holds.use_cases.hold_rule import apply_hold_rules
from portal.foundation.clock import local
from portal.foundation.jobs import House, Job

log = structlog.get_logger(__name__)


def hold_overdue(house: House, *, at: datetime) -> None:
    """Every hour, so that a hold ends soon after what it was for is paid."""
    today = local(at, house.settings.time_zone).date()
    held, lifted = apply_hold_rules(house.sessions, now=at, today=today)
    if held or lifted:
        log.info("accounts were held or released by their rules", held=held, lifted=lifted)


JOBS = (Job("billing.hold_overdue", hold_overdue, cron="11 * * * *", alone=True),)
