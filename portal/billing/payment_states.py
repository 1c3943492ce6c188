"""The states of a payment attempt and how it moves between them. Kept apart from orders and from fulfilment.

===========  ================================================================================================
state        meaning
===========  ================================================================================================
scheduled    to be started on a day; speaks for nothing yet
created      written, Stripe not heard yet: nobody knows whether anything exists there
open         its Checkout page waits for the payer, or an off-session charge waits for its answer
processing   the payer has done their part; the money comes (or not) within days: bank debits
succeeded    the money is in the books
failed       Stripe says no; nothing was taken
cancelled    given up by the payer or by us
expired      its Checkout page ran out
===========  ================================================================================================
"""

from __future__ import annotations

TRANSITIONS: dict[str, frozenset[str]] = {
    "scheduled": frozenset({"created", "cancelled", "failed"}),
    "created": frozenset({"open", "processing", "succeeded", "failed", "cancelled", "expired"}),
    "open": frozenset({"processing", "succeeded", "failed", "cancelled", "expired"}),
    "processing": frozenset({"succeeded", "failed"}),
    # Money that comes after all is never dropped: it becomes unapplied cash.
    "failed": frozenset({"succeeded"}),
    "cancelled": frozenset({"succeeded", "processing"}),
    "expired": frozenset({"succeeded", "processing"}),
    "succeeded": frozenset(),
}
# What is allocated by an attempt in one of these states is spoken for.
LIVE = ("created", "open", "processing")
# Begun and not paid: Stripe's page waits for the payer.
UNPAID = ("created", "open")
# Over, and no money came.
WITHOUT_MONEY = ("failed", "cancelled", "expired")
OVER = ("succeeded", *WITHOUT_MONEY)

REFUND_STATES = ("created", "pending", "succeeded", "failed", "cancelled")
# Stripe or the bank has taken the refund on; none of it will be given back.
REFUND_TAKEN = ("pending", "succeeded")
REFUND_GONE = ("failed", "cancelled")

LABELS = {
    "scheduled": "Scheduled",
    "created": "Starting",
    "open": "Waiting for payment",
    "processing": "On its way",
    "succeeded": "Paid",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "expired": "Expired",
}


def can(before: str, to: str) -> bool:
    """Whether the table has this step; staying where one is, is no step."""
    return to in TRANSITIONS[before]
