"""The job that tells of certificates that run out."""

from __future__ import annotations

from datetime import datetime

import structlog

from portal.billing.tax.use_cases.expiry import warn_of_expiry
from portal.foundation.jobs import House, Job

log = structlog.get_logger(__name__)


def watch_exemptions(house: House, *, at: datetime) -> None:
    """Every hour, so that a day's mails also go out when the worker was away in the morning."""
    count = warn_of_expiry(house.sessions, now=at, zone=house.settings.time_zone)
    if count:
        log.info("tax certificates run out", certificates=count)


JOBS = (Job("billing.watch_exemptions", watch_exemptions, cron="53 * * * *", alone=True),)
