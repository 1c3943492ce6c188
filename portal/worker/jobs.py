"""Jobs of no noun: sending mails, and housekeeping."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Engine

from portal.foundation.config import Settings
from portal.foundation.db import transaction
from portal.foundation.jobs import House, Job
from portal.foundation.mail import SEND
from portal.worker import housekeeping
from portal.worker.posting import Posting


@cache
def _posting(settings: Settings, engine: Engine) -> Posting:
    return Posting(settings, engine)


def send(house: House, *, mail_id: int) -> None:
    """Send one mail."""
    _posting(house.settings, house.engine).send(mail_id)


def close_expired(house: House, *, at: datetime) -> None:
    """End stays in customers' accounts that are over."""
    with transaction(house.sessions) as session:
        housekeeping.close_expired(session, now=at)


def keep(house: House, *, at: datetime) -> None:
    """Delete what nobody needs and prepare the log's next months."""
    with transaction(house.sessions) as session:
        housekeeping.keep(session, now=at)


JOBS = (
    Job(SEND, send, patient=True),
    Job("house.close_expired", close_expired, cron="*/5 * * * *", alone=True),
    Job("house.keep", keep, cron="17 * * * *", alone=True),
)
