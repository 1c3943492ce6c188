"""Stripe's objects, in the portal's own terms.

Amounts are the portal's minor units (portal/billing/stripe/amounts.py), currencies in upper case, times in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Movement:
    """A balance transaction: what a charge, refund or chargeback did to our balance, and what Stripe kept of it."""

    id: str
    kind: str  # Stripe's type: charge, payment, refund, payment_refund, refund_failure, adjustment …
    amount_minor: int  # below zero when money leaves
    fee_minor: int
    currency: str
    source: str  # ch_…, re_…, du_…
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Method:
    """A card or bank account."""

    id: str
    kind: str  # card, us_bank_account
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    customer: str | None
    fingerprint: str = ""  # the same for the same card or account

    @property
    def words(self) -> str:
        """For people: "Visa ending 4242"."""
        return f"{self.brand} ending {self.last4}"


@dataclass(frozen=True, slots=True)
class Charge:
    """One attempt of Stripe's to take the money."""

    id: str
    status: str  # succeeded, pending, failed
    amount_minor: int
    refunded_minor: int
    currency: str
    livemode: bool
    intent: str | None
    created_at: datetime
    movement: Movement | None = None
    failure_code: str = ""
    failure_words: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment intent with its newest charge."""

    id: str
    status: str
    amount_minor: int
    received_minor: int
    currency: str
    livemode: bool
    customer: str | None
    metadata: Mapping[str, str]
    created_at: datetime
    charge: Charge | None = None
    method: Method | None = None
    failure_code: str = ""
    failure_words: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A Checkout Session, in the modes payment and setup."""

    id: str
    mode: str
    status: str  # open, complete, expired
    url: str
    reference: str  # our attempt's token
    amount_minor: int | None
    currency: str
    livemode: bool
    customer: str | None
    metadata: Mapping[str, str]
    expires_at: datetime
    intent: Intent | None = None
    intent_id: str | None = None
    setup_status: str = ""  # of its setup intent
    setup_failure: str = ""
    method: Method | None = None  # saved by mode setup
    payer_email: str = ""  # as the payer gave it there


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund."""

    id: str
    status: str  # pending, requires_action, succeeded, failed, canceled
    amount_minor: int
    currency: str
    charge: str | None
    intent: str | None
    created_at: datetime
    metadata: Mapping[str, str]
    failure_reason: str = ""


@dataclass(frozen=True, slots=True)
class Chargeback:
    """A chargeback, with the movements that withdrew the funds or returned them."""

    id: str
    status: str  # needs_response, under_review, won, lost, warning_…
    reason: str
    amount_minor: int
    currency: str
    charge: str
    intent: str | None
    created_at: datetime
    livemode: bool
    movements: tuple[Movement, ...] = ()
    answer_by: datetime | None = None  # until when Stripe takes evidence

    @property
    def fee_minor(self) -> int:
        """What Stripe keeps for handling it."""
        return sum(movement.fee_minor for movement in self.movements)


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """An event with a valid signature: which object to fetch from Stripe. The rest of its payload is not trusted."""

    id: str
    kind: str
    object_id: str
    livemode: bool
