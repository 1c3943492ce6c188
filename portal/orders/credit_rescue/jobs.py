"""Jobs about money that was paid ahead for a draft."""

from __future__ import annotations

from datetime import datetime

from portal.billing.payments.use_cases.sync import PAID_AHEAD
from portal.foundation.clock import local, utcnow
from portal.foundation.db import transaction
from portal.foundation.jobs import House, Job
from portal.orders.credit_rescue.letters import mail_draft_paid
from portal.orders.credit_rescue.use_cases.prepayments import release, settle_draft_money
from portal.orders.drafts.use_cases.drafts import SETTLE_MONEY


def payment_received(house: House, *, draft_id: int, attempt_id: int) -> None:
    """Mail who works on the draft that its money has come."""
    with transaction(house.sessions) as session:
        today = local(utcnow(), house.settings.time_zone).date()
        mail_draft_paid(session, draft_id=draft_id, attempt_id=attempt_id, today=today)


def release_money(house: House, *, at: datetime) -> None:
    """Hourly: release prepayments whose order will never use them."""
    with transaction(house.sessions) as session:
        release(session)


def settle_money(house: House, *, draft_id: int) -> None:
    """After a draft was discarded or restored."""
    with transaction(house.sessions) as session:
        settle_draft_money(session, draft_id)


JOBS = (
    Job(PAID_AHEAD, payment_received, patient=True),
    Job(SETTLE_MONEY, settle_money, patient=True),
    Job("orders.release_money", release_money, cron="37 * * * *", alone=True),
)
