"""Touchpoints of an order's way through the store: each names the order, and what of it the step concerned."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStep(Touch):
    """What all touchpoints of an order may say: the states it went between, the units and the line it concerned."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None


@fact(
    "order_updated",
    stage="purchase",
    task="order",
    says="Changed an order",
    meaning="Something of a placed order was changed",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUpdated(OrderStep):
    """Something of a placed order was changed."""

    fields: list[str] | None = None


@fact(
    "order_cancelled",
    stage="purchase",
    task="order",
    says="Cancelled an order",
    meaning="An order, or a line of it, was cancelled",
    icon="cross",
    tone="warn",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(OrderStep):
    """An order, or a line of it, was cancelled."""


@fact(
    "order_accepted",
    stage="fulfil",
    task="track",
    says="Accepted by the store",
    meaning="A store took the order on",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAccepted(OrderStep):
    """A store took the order on."""


@fact(
    "order_picked",
    stage="fulfil",
    task="track",
    says="Picked or tinted",
    meaning="Picking or tinting began, went on, or ended short",
    icon="tint",
    tone="progress",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPicked(OrderStep):
    """Picking or tinting began, went on, or ended short."""

    short: int | None = None
