"""Which payments come outside Stripe, and what has to be known of one. Pure rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from portal.foundation.errors import Rejected

OFFLINE_KINDS = {"cheque": "Cheque", "transfer": "Bank transfer", "cash": "Cash"}
# Why a recorded payment is reversed.
REVERSALS = {"bounced": "The bank has returned it", "mistake": "We recorded it by mistake"}
LONGEST_REFERENCE = 60
LONGEST_NOTE = 300
OLDEST = timedelta(days=366)
MIDDAY = time(16)  # UTC; the same calendar day everywhere from the west coast of America to Europe


@dataclass(frozen=True, slots=True)
class OfflinePayment:
    """What staff typed about money that came outside Stripe.

    :ivar parts: minor units by invoice id; the rest stays unapplied.
    :ivar discounts: early-payment discounts that were typed, likewise.
    :ivar again: it is another one, although one that looks like it was recorded before.
    """

    kind: str
    amount_minor: int
    received_on: date
    reference: str = ""
    note: str = ""
    parts: Mapping[int, int] = field(default_factory=dict)
    discounts: Mapping[int, int] = field(default_factory=dict)
    again: bool = False

    @property
    def words(self) -> str:
        """The kind with the reference: ``Cheque 1007``."""
        return f"{OFFLINE_KINDS[self.kind]} {self.reference}".strip()

    def received_at(self, now: datetime, today: date) -> datetime:
        """Now for today's money, midday for that of an earlier day."""
        return now if self.received_on == today else datetime.combine(self.received_on, MIDDAY, UTC)


def plain_reference(reference: str) -> str:
    """A reference for comparing: ``00-1007`` and ``1007`` are the same."""
    return re.sub("[^a-z0-9]", "", reference.lower()).lstrip("0")


def reversal_words(method_words: str, reason: str) -> str:
    """``Cheque 1001 returned``; of a mistake that it was taken back. A branch's payment is its parent's."""
    parent = method_words.removeprefix("Paid by ")
    what = method_words if parent == method_words else f"Payment by {parent}"
    return f"{what} {'returned' if reason == 'bounced' else 'recorded by mistake, taken back'}"


def check_payment(money: OfflinePayment, today: date) -> None:
    """Check everything but the invoices.

    :raises Rejected: on its field.
    """
    if money.kind not in OFFLINE_KINDS:
        raise Rejected("kind", "Choose how the money came.", field="kind")
    if money.amount_minor <= 0:
        raise Rejected("amount", "Enter the amount that came.", field="amount")
    if money.received_on > today:
        raise Rejected("received_on", "This day is still to come.", field="received_on")
    if money.received_on < today - OLDEST:
        raise Rejected("received_on", "This is more than a year ago.", field="received_on")
    if len(money.reference) > LONGEST_REFERENCE:
        raise Rejected("reference", f"Use at most {LONGEST_REFERENCE} characters.", field="reference")
    if money.kind == "cheque" and not money.reference:
        raise Rejected("reference", "Enter the cheque's number.", field="reference")
    if len(money.note) > LONGEST_NOTE:
        raise Rejected("note", f"Use at most {LONGEST_NOTE} characters.", field="note")
