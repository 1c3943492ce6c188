"""The job that follows a webhook."""

from __future__ import annotations

from portal.billing.stripe.connection import worker_stripe
from portal.billing.stripe_events.use_cases import HANDLE, handle
from portal.foundation.clock import utcnow
from portal.foundation.jobs import House, Job


def handle_event(house: House, *, event_id: str) -> None:
    """Re-fetch what a stored event is about and post it."""
    api = worker_stripe(house.settings)
    if api is not None:
        handle(house.sessions, event_id, now=utcnow(), api=api)


JOBS = (Job(HANDLE, handle_event, patient=True),)
