"""Touchpoints of fulfilment."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact(
    "order_updated",
    stage="purchase",
    task="order",
    says="Changed an order",
    meaning="Something of a placed order was changed",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUpdated(Touch):
    """Something of a placed order was changed."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None
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
class OrderCancelled(Touch):
    """An order, or a line of it, was cancelled."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None


@fact(
    "order_accepted",
    stage="fulfil",
    task="track",
    says="Accepted by the store",
    meaning="A store took the order on",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAccepted(Touch):
    """A store took the order on."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None


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
class OrderPicked(Touch):
    """Picking or tinting began, went on, or ended short."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None
    short: int | None = None


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
class ReadyForPickup(Touch):
    """The order can be collected."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None


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
class PickedUp(Touch):
    """The order was handed over."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None
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
class Shipped(Touch):
    """The order left the store."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None


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
class Delivered(Touch):
    """The order arrived."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None


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
class Backordered(Touch):
    """Something of the order has to be waited for."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None
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
class DeliveryPromiseChanged(Touch):
    """Another time was promised."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None
    minutes_later: int | None = None
