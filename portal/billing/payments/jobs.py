"""Jobs that sync payments with Stripe."""

from __future__ import annotations

from datetime import datetime

from portal.billing.payments.use_cases.group import pass_on
from portal.billing.payments.use_cases.saved_charges import CHARGE, charge_attempt
from portal.billing.payments.use_cases.stuck import sync_stuck_attempts
from portal.billing.payments.use_cases.sync import PASS_ON
from portal.billing.stripe.connection import worker_stripe
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.jobs import House, Job


def charge_saved_method(house: House, *, row_id: int) -> None:
    """Charge a saved method for an attempt; repeated until Stripe has answered."""
    api = worker_stripe(house.settings)
    if api is not None:
        charge_attempt(house.sessions, row_id, now=utcnow(), api=api)


def sync_stuck(house: House, *, at: datetime) -> None:
    """Refresh attempts whose payer has not come back and whose webhook has not arrived."""
    api = worker_stripe(house.settings)
    if api is not None:
        sync_stuck_attempts(house.sessions, now=utcnow(), api=api)


def pass_on_to_branches(house: House, *, row_id: int) -> None:
    """Settle the branches' invoices that a parent has paid."""
    with transaction(house.sessions) as session:
        pass_on(session, row_id, now=utcnow())


JOBS = (
    Job(PASS_ON, pass_on_to_branches, patient=True),
    Job(CHARGE, charge_saved_method, patient=True),
    Job("billing.sync_hanging", sync_stuck, cron="*/3 * * * *", alone=True),
)
