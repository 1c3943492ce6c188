"""States of chargebacks, in words for people. Pure."""

from __future__ import annotations

# state → words, tone
CHARGEBACK_STATES = {
    "needs_response": ("Answer at Stripe", "bad"),
    "under_review": ("The bank decides", "progress"),
    "won": ("Decided for us", "ok"),
    "lost": ("Decided against us", "bad"),
}
