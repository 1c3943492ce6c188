"""The job that reminds of open invoices."""

from __future__ import annotations

from datetime import datetime

import structlog

from portal.billing.reminders.use_cases import remind_all
from portal.foundation.jobs import House, Job

log = structlog.get_logger(__name__)


def remind(house: House, *, at: datetime) -> None:
    """Every hour, so that a day's reminders also go out when the worker was away in the morning."""
    count = remind_all(house.sessions, now=at, zone=house.settings.time_zone)
    if count:
        log.info("reminders are on their way", invoices=count)


JOBS = (Job("billing.remind", remind, cron="23 * * * *", alone=True),)
