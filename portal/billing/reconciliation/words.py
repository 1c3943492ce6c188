"""Kinds of differences, in words."""

from __future__ import annotations

KINDS = {
    "charge_unknown": "Charge without a payment",
    "charge_amount": "Charge of another amount",
    "refund_unknown": "Refund that is not in the books",
    "refund_differs": "Refund of another amount",
    "dispute_unknown": "Chargeback that is not in the books",
    "movement_differs": "Balance that moved differently",
    "not_at_stripe": "In the books, not at Stripe",
    "attempt_differs": "Payment that is not what was asked for",
}
