"""Email addresses that Stripe is sure to accept. Pure."""

from __future__ import annotations

import re

PLAIN_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
MOST_EMAIL = 254


def is_plain(email: str) -> bool:
    """Whether Stripe is sure to accept an address. It refuses the whole request for one that it does not; without one,
    the payer types it on Stripe's page."""
    return len(email) <= MOST_EMAIL and PLAIN_EMAIL.fullmatch(email) is not None
