"""The job that charges automatically: autopay and scheduled payments."""

from __future__ import annotations

from datetime import date, datetime

import structlog

from portal.billing.autopay.letters import mail_autopay_ahead
from portal.billing.autopay.queries import due_mandates
from portal.billing.autopay.use_cases.run import run_autopay
from portal.billing.models.methods import Autopay
from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.use_cases.giving_way import close_pages_beside_run
from portal.billing.scheduled.queries import due_scheduled
from portal.billing.scheduled.use_cases import run_scheduled_payment
from portal.billing.stripe.api import Stripe
from portal.billing.stripe.connection import worker_stripe
from portal.foundation.clock import local
from portal.foundation.db import transaction
from portal.foundation.errors import Rejected
from portal.foundation.jobs import House, Job, Sessions

log = structlog.get_logger(__name__)

OPENS = 8  # o'clock: nobody is charged or written to in the middle of the night


def pay(house: House, *, at: datetime) -> None:
    """Hourly, from the seller's morning on."""
    moment = local(at, house.settings.time_zone)
    api = worker_stripe(house.settings)
    if api is not None and moment.hour >= OPENS:
        pay_by_rule(house.sessions, now=at, today=moment.date(), api=api)


def pay_by_rule(sessions: Sessions, *, now: datetime, today: date, api: Stripe | None = None) -> None:
    """Begin what mandates and scheduled payments ask for on this day, each in a transaction of its own, and mail people
    ahead. Runs every hour; idempotent within a day. Pages that somebody opened with a pay link give way."""
    with transaction(sessions) as session:
        mandates, planned = due_mandates(session, today), due_scheduled(session, today)
    for attempt_id in planned:
        _run_scheduled(sessions, attempt_id, now, today, api)
    for autopay_id in mandates:
        _run_mandate(sessions, autopay_id, now, today, api)


def _run_scheduled(
    sessions: Sessions, attempt_id: int, now: datetime, today: date, api: Stripe | None
) -> None:
    try:
        with transaction(sessions) as session:
            company_id = session.get_one(PaymentAttempt, attempt_id).company_id
        close_pages_beside_run(sessions, company_id, attempt_id, now=now, api=api)
        with transaction(sessions) as session:
            run_scheduled_payment(session, attempt_id, now=now, today=today)
    except Exception:
        # One that fails must not hold up the others; below, too.
        log.exception("a scheduled payment could not begin", attempt=attempt_id)


def _run_mandate(sessions: Sessions, autopay_id: int, now: datetime, today: date, api: Stripe | None) -> None:
    try:
        with transaction(sessions) as session:
            company_id = session.get_one(Autopay, autopay_id).company_id
        close_pages_beside_run(sessions, company_id, None, now=now, api=api)
        with transaction(sessions) as session:
            run_autopay(session, autopay_id, now=now, today=today)
            mail_autopay_ahead(session, autopay_id, today=today)
    except Rejected as no:
        log.info("autopay waits for the next hour", autopay=autopay_id, reason=no.code)
    except Exception:
        log.exception("autopay could not run", autopay=autopay_id)


JOBS = (Job("billing.pay_by_rule", pay, cron="12 * * * *", alone=True),)
