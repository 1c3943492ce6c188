"""Jobs of no noun: sending mails, and upkeep of the database."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Engine

from portal.foundation.config import Settings
from portal.foundation.db import transaction
from portal.foundation.jobs import House, Job
from portal.foundation.mail import SEND
from portal.worker.delivery import Delivery
from portal.worker.mail_server import MailServer
from portal.worker.upkeep import do_upkeep

_server = MailServer()


@cache
def _delivery(settings: Settings, engine: Engine) -> Delivery:
    return Delivery(settings, engine)


def send(house: House, *, mail_id: int) -> None:
    """Send one mail, unless the mail server rests."""
    with _server.asked():
        _delivery(house.settings, house.engine).send(mail_id)


def keep(house: House, *, at: datetime) -> None:
    """Delete what nobody needs and prepare the log's next months."""
    with transaction(house.sessions) as session:
        do_upkeep(session, now=at)


JOBS = (Job(SEND, send, patient=True, own_end=True), Job("house.keep", keep, cron="17 * * * *", alone=True))
