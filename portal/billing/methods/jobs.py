"""Jobs that remove saved methods at Stripe."""

from __future__ import annotations

from contextlib import suppress

from portal.billing.methods.use_cases.methods import FORGET, detach_removed
from portal.billing.methods.use_cases.stripe_methods import DETACH
from portal.billing.stripe.api import StripeRefused
from portal.billing.stripe.connection import worker_stripe
from portal.foundation.clock import utcnow
from portal.foundation.jobs import House, Job


def forget_method(house: House, *, row_id: int) -> None:
    """Detach a removed method; repeated until Stripe has answered."""
    api = worker_stripe(house.settings)
    if api is not None:
        detach_removed(house.sessions, row_id, now=utcnow(), api=api)


def detach_replaced(house: House, *, method: str) -> None:
    """Detach what a saved method stood for before the same card was saved again."""
    api = worker_stripe(house.settings)
    if api is not None:
        with suppress(StripeRefused):  # it was detached before
            api.detach_method(method)


JOBS = (Job(DETACH, detach_replaced, patient=True), Job(FORGET, forget_method, patient=True))
