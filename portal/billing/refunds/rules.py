"""What a refund asks for, what its states are called, and why one is refused. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor

SHORTEST_REASON, LONGEST_REASON = 3, 300
# Stripe's words → ours. What requires the payer's action counts as pending.
STATES = {
    "pending": "pending",
    "requires_action": "pending",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "cancelled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """What staff ask for.

    :ivar reason: the customer reads it.
    :ivar key: random, from the form: the same form sent twice is one refund, and one refund at Stripe.
    :ivar agreed: invoices may be open again by what is not unapplied.
    :ivar above_limit: the company may owe more than its limit afterwards.
    :ivar credit_memo: the number of the credit memo that is paid out; empty for none in particular.
    """

    payment_id: int
    amount_minor: int
    reason: str
    key: str
    agreed: bool = False
    above_limit: bool = False
    credit_memo: str = ""


class InvoicesReopen(Rejected):
    """The refund opens invoices again, and nobody agreed to it.

    :ivar reopened: invoice numbers, each with the amount in words.
    """

    def __init__(self, reopened: Sequence[tuple[str, str]]) -> None:
        words = ", ".join(f"{number} by {amount}" for number, amount in reopened)
        message = f"This opens again: {words}. Tick the box if that is meant."
        super().__init__("reopens", message, field="agreed")
        self.reopened = reopened


class AboveLimit(Rejected):
    """Credit in use would pass the company's limit, and nobody agreed to it. Amounts in minor units."""

    def __init__(self, *, used_minor: int, after_minor: int, limit_minor: int, currency: str) -> None:
        after, limit = format_minor(after_minor, currency), format_minor(limit_minor, currency)
        message = (
            f"{after} of credit is in use then, above the limit of {limit}. Tick the box if that is meant."
        )
        super().__init__("above_limit", message, field="above_limit")
        self.used_minor, self.after_minor, self.limit_minor = used_minor, after_minor, limit_minor
