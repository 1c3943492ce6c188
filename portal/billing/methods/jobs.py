"""The job that removes a saved method at Stripe."""

from __future__ import annotations

from portal.billing.methods.use_cases.methods import FORGET, detach_removed
from portal.billing.stripe.connection import worker_stripe
from portal.foundation.clock import utcnow
from portal.foundation.jobs import House, Job


def forget_method(house: House, *, row_id: int) -> None:
    """Detach a removed method; repeated until Stripe has answered."""
    api = worker_stripe(house.settings)
    if api is not None:
        detach_removed(house.sessions, row_id, now=utcnow(), api=api)


JOBS = (Job(FORGET, forget_method, patient=True),)
