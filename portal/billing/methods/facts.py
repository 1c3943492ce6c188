"""Touchpoints of methods."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact(
    "payment_info_entered",
    stage="purchase",
    task="order",
    says="Gave payment details",
    meaning="Terms or a means of payment were chosen, saved or given up",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentInfoEntered(Touch):
    """Terms or a means of payment were chosen, saved or given up."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None
    action: str | None = None
