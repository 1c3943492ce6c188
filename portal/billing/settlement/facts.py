"""Touchpoints of settlement."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact(
    "payment_submitted",
    stage="pay",
    task="pay",
    says="Sent a payment",
    meaning="A payment was started",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSubmitted(Touch):
    """A payment was started."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None


@fact(
    "payment_failed",
    stage="pay",
    task="pay",
    says="A payment failed",
    meaning="A payment was refused",
    tone="bad",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFailed(Touch):
    """A payment was refused."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None
    code: str | None = None
