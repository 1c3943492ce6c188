"""The worker's connection to Stripe, created once."""

from __future__ import annotations

from functools import lru_cache

from portal.billing.stripe.api import Stripe
from portal.foundation.config import Settings


@lru_cache(maxsize=4)
def worker_stripe(settings: Settings) -> Stripe | None:
    """The connection that jobs use; None in mode off, where they have nothing to do."""
    return Stripe.from_settings(settings)
