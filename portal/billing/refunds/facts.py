"""Touchpoints of refunds."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact(
    "order_refunded",
    stage="purchase",
    task="order",
    says="Gave money back",
    meaning="Money or credit was given back for an order",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefunded(Touch):
    """Money or credit was given back for an order."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None
