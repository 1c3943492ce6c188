"""Touchpoints of what was promised for an order: kept, late, or at another time."""

from __future__ import annotations

from dataclasses import dataclass

from portal.orders.fulfilment.facts.order import OrderStep
from portal.touchpoints.kind import fact


@fact(
    "ready_for_pickup",
    stage="fulfil",
    task="track",
    says="Ready for pickup",
    meaning="The order can be collected",
    icon="check",
    tone="ok",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyForPickup(OrderStep):
    """The order can be collected."""


@fact(
    "picked_up",
    stage="fulfil",
    task="track",
    says="Collected",
    meaning="The order was handed over",
    icon="check",
    tone="ok",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PickedUp(OrderStep):
    """The order was handed over."""

    code_shown: bool | None = None


@fact(
    "shipped",
    stage="fulfil",
    task="track",
    says="Out for delivery",
    meaning="The order left the store",
    icon="truck",
    tone="progress",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped(OrderStep):
    """The order left the store."""


@fact(
    "delivered",
    stage="fulfil",
    task="track",
    says="Delivered",
    meaning="The order arrived",
    icon="truck",
    tone="ok",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered(OrderStep):
    """The order arrived."""


@fact(
    "backordered",
    stage="fulfil",
    task="track",
    says="Backordered",
    meaning="Something of the order has to be waited for",
    icon="pause",
    tone="warn",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class Backordered(OrderStep):
    """Something of the order has to be waited for."""

    short: int | None = None


@fact(
    "delivery_promise_changed",
    stage="fulfil",
    task="track",
    says="The promised time changed",
    meaning="Another time was promised",
    icon="clock",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPromiseChanged(OrderStep):
    """Another time was promised."""

    minutes_later: int | None = None
