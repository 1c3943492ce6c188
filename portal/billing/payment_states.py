"""The states of a payment attempt and the transitions between them. Independent of orders and of fulfilment.

===========  ================================================================================================
state        meaning
===========  ================================================================================================
scheduled    to be started on a day; reserves nothing yet
created      written, no answer from Stripe yet: unknown whether anything exists there
open         its Checkout page waits for the payer, or an off-session charge waits for its result
processing   the payer is done; the money arrives (or not) within days: bank debits
succeeded    the money is in the books
failed       Stripe says no; nothing was taken
cancelled    abandoned by the payer or by us
expired      its Checkout page expired
===========  ================================================================================================
"""

from __future__ import annotations

TRANSITIONS: dict[str, frozenset[str]] = {
    "scheduled": frozenset({"created", "cancelled", "failed"}),
    "created": frozenset({"open", "processing", "succeeded", "failed", "cancelled", "expired"}),
    "open": frozenset({"processing", "succeeded", "failed", "cancelled", "expired"}),
    "processing": frozenset({"succeeded", "failed"}),
    # Money that arrives after all is never dropped: it becomes unapplied cash.
    "failed": frozenset({"succeeded"}),
    "cancelled": frozenset({"succeeded", "processing"}),
    "expired": frozenset({"succeeded", "processing"}),
    "succeeded": frozenset(),
}
# What an attempt in one of these states is allocated to cannot be paid by another one.
LIVE = ("created", "open", "processing")
# Begun and not paid: Stripe's page waits for the payer.
UNPAID = ("created", "open")
# Over, and no money came.
WITHOUT_MONEY = ("failed", "cancelled", "expired")
OVER = ("succeeded", *WITHOUT_MONEY)

REFUND_STATES = ("created", "pending", "succeeded", "failed", "cancelled")
# Stripe or the bank has accepted the refund; it cannot be revoked.
# Asked for, and not in the books yet.
REFUND_ASKED = "created"
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
    """Whether the table has this transition; staying in a state is none."""
    return to in TRANSITIONS[before]
