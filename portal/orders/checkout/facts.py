"""Touchpoints of checkout."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact, view


@fact(
    "checkout_started",
    stage="purchase",
    task="order",
    says="Went on to check out",
    meaning="A draft went on to pickup or delivery for the first time",
    told=False,
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutStarted(Touch):
    """A draft went on to pickup or delivery for the first time."""

    lines: int | None = None
    draft_id: int | None = None


@view(
    "checkout_step_viewed",
    stage="purchase",
    task="order",
    says="Looked at a checkout step",
    meaning="A step of placing an order was shown",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutStepViewed(Touch):
    """A step of placing an order was shown."""

    step: str | None = None
    lines: int | None = None
    problems: int | None = None
    draft_id: int | None = None


@fact(
    "checkout_step_completed",
    stage="purchase",
    task="order",
    says="Completed a checkout step",
    meaning="A step of placing an order was answered",
    told=False,
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutStepCompleted(Touch):
    """A step of placing an order was answered."""

    step: str | None = None
    fulfilment: str | None = None
    lines: int | None = None
    draft_id: int | None = None


@fact(
    "order_completed",
    stage="purchase",
    task="order",
    says="Placed an order",
    meaning="An order exists: lines, stock and credit are committed",
    icon="check",
    tone="ok",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCompleted(Touch):
    """An order exists: lines, stock and credit are committed."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None
    po_given: bool | None = None
    job_id: int | None = None
    source_order_id: int | None = None
    backordered: int | None = None
    draft_id: int | None = None


@view(
    "order_failed",
    stage="purchase",
    task="order",
    says="An order could not be placed",
    meaning="Placing was refused; the outcome says why",
    tone="bad",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFailed(Touch):
    """Placing was refused; the outcome says why."""

    code: str | None = None
    lines: int | None = None
    problems: int | None = None
    draft_id: int | None = None
    fulfilment: str | None = None
