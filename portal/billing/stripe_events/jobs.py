"""The job that processes a webhook's event."""

from __future__ import annotations

from portal.billing.stripe.connection import worker_stripe
from portal.billing.stripe_events.use_cases import HANDLE, process_event
from portal.foundation.clock import utcnow
from portal.foundation.jobs import House, Job


def handle_event(house: House, *, event_id: str) -> None:
    """Re-fetch the object of a stored event and post what is new."""
    api = worker_stripe(house.settings)
    if api is not None:
        process_event(house.sessions, event_id, now=utcnow(), api=api)


JOBS = (Job(HANDLE, handle_event, patient=True),)
