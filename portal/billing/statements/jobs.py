"""The job that mails statements."""

from __future__ import annotations

from datetime import datetime

import structlog

from portal.billing.statements.use_cases import mail_statements
from portal.foundation.jobs import House, Job

log = structlog.get_logger(__name__)


def mail(house: House, *, at: datetime) -> None:
    """Every hour, so that a month's statements also go out when the worker was away on its first day."""
    count = mail_statements(house.sessions, now=at, zone=house.settings.time_zone)
    if count:
        log.info("statements are on their way", statements=count)


JOBS = (Job("billing.mail_statements", mail, cron="41 * * * *", alone=True),)
