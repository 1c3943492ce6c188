"""The job that ends stays in customers' accounts."""

from __future__ import annotations

from datetime import datetime

from portal.accounts.delegations.use_cases import end_expired
from portal.foundation.db import transaction
from portal.foundation.jobs import House, Job


def close_expired(house: House, *, at: datetime) -> None:
    """End stays whose hour is over, so that the log shows when they ended."""
    with transaction(house.sessions) as session:
        end_expired(session, now=at)


JOBS = (Job("house.close_expired", close_expired, cron="*/5 * * * *", alone=True),)
