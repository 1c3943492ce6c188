"""Touchpoints of promises to pay."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact(
    "payment_promised",
    stage="pay",
    task="pay",
    says="Promised to pay an invoice",
    meaning="Somebody of the company said by when an invoice is paid; reminders wait",
    icon="calendar",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPromised(Touch):
    """Somebody of the company said by when an invoice is paid; reminders wait."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None


@fact(
    "payment_promise_withdrawn",
    stage="pay",
    task="pay",
    says="Took back a promise to pay",
    meaning="A promise to pay was taken back; reminders go on",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPromiseWithdrawn(Touch):
    """A promise to pay was taken back; reminders go on."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None
