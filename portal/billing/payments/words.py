"""What became of money, in words for people. Pure."""

from __future__ import annotations

# state → words, tone
REFUND_STATES = {
    "created": ("Stripe has not answered yet", "warn"),
    "pending": ("On its way back", "progress"),
    "succeeded": ("Given back", "ok"),
    "failed": ("Did not go through", "bad"),
    "cancelled": ("Cancelled", "neutral"),
}
DISPUTE_STATES = {
    "needs_response": ("Answer at Stripe", "bad"),
    "under_review": ("The bank decides", "progress"),
    "won": ("Decided for us", "ok"),
    "lost": ("Decided against us", "bad"),
}
# Stripe's reasons for a chargeback.
DISPUTE_REASONS = {
    "fraudulent": "The cardholder did not authorise it",
    "product_not_received": "Not received",
    "product_unacceptable": "Not as described",
    "duplicate": "Charged twice",
    "credit_not_processed": "A refund was expected",
    "subscription_canceled": "It had been ended",
    "unrecognized": "The cardholder does not know it",
    "general": "No particular reason",
}


def fate_words(kind: str, account: str, amount_minor: int) -> str:
    """What a line of a payment's history did: an entry of the books on what is owed, or on what waits unapplied."""
    to_us = amount_minor < 0
    if account == "unapplied":
        return "Waits unapplied" if to_us else "Taken from what waited"
    if to_us:
        return "Put onto"
    return {"refund": "Open again", "chargeback_lost": "Open again"}.get(kind, "Taken off")
