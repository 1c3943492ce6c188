"""Jobs that pay without anybody being there, and those that finish what a page has begun with Stripe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import structlog
from procrastinate import App, BaseRetryStrategy
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.billing.autopay import use_cases as autopay
from portal.billing.autopay.queries import due_mandates
from portal.billing.methods.use_cases import methods
from portal.billing.payments.use_cases import saved_charges as charging
from portal.billing.refunds.use_cases import refunds as refunding
from portal.billing.scheduled import use_cases as scheduling
from portal.billing.stripe.api import Stripe, StripeUnknown
from portal.foundation.clock import local, utcnow
from portal.foundation.config import Settings
from portal.foundation.db import make_sessions, transaction
from portal.foundation.errors import Rejected

log = structlog.get_logger(__name__)

OPENS = 8  # o'clock: nobody's money moves, and nobody is written to, in the middle of the night
PAY_BY_RULE = "billing.pay_by_rule"
Sessions = Callable[[], Session]
Job = Callable[..., object]


def register(app: App, settings: Settings, engine: Engine, patience: BaseRetryStrategy) -> None:
    """Put the jobs on the queue's application. In mode off they have nothing to do."""
    api, sessions = Stripe.from_settings(settings), make_sessions(engine)
    asked: dict[str, Job] = {
        charging.CHARGE: charging.charge, refunding.JOB: refunding.carry_out, methods.FORGET: methods.forget
    }  # fmt: skip
    for name, act in asked.items():
        _ask(app, name, act, sessions, api, patience)
    _watch(app, settings, sessions, api)


def _ask(
    app: App, name: str, act: Job, sessions: Sessions, api: Stripe | None, patience: BaseRetryStrategy
) -> None:
    """A job about one row, which names itself in the job's only argument; done until Stripe has answered."""

    @app.task(name=name, retry=patience)
    def ask(row_id: int) -> None:
        if api is not None:
            act(sessions, row_id, now=utcnow(), api=api)


def _watch(app: App, settings: Settings, sessions: Sessions, api: Stripe | None) -> None:
    @app.periodic(cron="12 * * * *")
    @app.task(name=PAY_BY_RULE, queueing_lock=PAY_BY_RULE)
    def pay(timestamp: int) -> None:
        now = datetime.fromtimestamp(timestamp, UTC)
        if api is not None and local(now, settings.time_zone).hour >= OPENS:
            pay_by_rule(sessions, now=now, today=local(now, settings.time_zone).date())

    @app.periodic(cron="26 * * * *")
    @app.task(name="billing.finish_refunds", queueing_lock="billing.finish_refunds")
    def finish(timestamp: int) -> None:
        if api is not None:
            finish_refunds(sessions, now=utcnow(), api=api)


def pay_by_rule(sessions: Sessions, *, now: datetime, today: date) -> None:
    """Begin what mandates and scheduled payments ask for on this day, each in a transaction of its own, and tell people
    ahead. Done every hour, and whatever a day has seen is not done again."""
    with transaction(sessions) as session:
        mandates, scheduled = due_mandates(session, today), scheduling.due_scheduled(session, today)
    for attempt_id in scheduled:
        try:
            with transaction(sessions) as session:
                scheduling.run(session, attempt_id, now=now, today=today)
        except Exception:
            # One that cannot begin must not keep the others waiting; here and below.
            log.exception("a scheduled payment could not begin", attempt=attempt_id)
    for autopay_id in mandates:
        try:
            with transaction(sessions) as session:
                autopay.run(session, autopay_id, now=now, today=today)
                autopay.tell_ahead(session, autopay_id, today=today)
        except Rejected as no:
            log.info("autopay waits for the next hour", autopay=autopay_id, reason=no.code)
        except Exception:
            log.exception("autopay could not run", autopay=autopay_id)


def finish_refunds(sessions: Sessions, *, now: datetime, api: Stripe) -> None:
    """Ask Stripe about refunds whose outcome is not known yet."""
    with transaction(sessions) as session:
        waiting = refunding.unfinished(session)
    for refund_id in waiting:
        try:
            refunding.carry_out(sessions, refund_id, now=now, api=api)
        except StripeUnknown:
            log.warning("Stripe does not answer; refunds wait for the next hour", waiting=len(waiting))
            return
        except Exception:
            log.exception("a refund could not be brought to where Stripe says it is", refund=refund_id)
