"""States of refunds, in words for people. Pure."""

from __future__ import annotations

# state → words, tone
REFUND_WORDS = {
    "created": ("Stripe has not answered yet", "warn"),
    "pending": ("On its way back", "progress"),
    "succeeded": ("Given back", "ok"),
    "failed": ("Did not go through", "bad"),
    "cancelled": ("Cancelled", "neutral"),
}
