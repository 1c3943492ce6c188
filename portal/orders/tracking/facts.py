"""Touchpoints of tracking."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, view


@view(
    "order_status_viewed",
    stage="fulfil",
    task="track",
    says="Looked at an order",
    meaning="An order's page was shown",
    detail="order",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStatusViewed(Touch):
    """An order's page was shown."""

    number: str | None = None
    state: str | None = None


@view(
    "order_history_viewed",
    stage="support",
    task="track",
    says="Looked through the orders",
    meaning="The company's order history was shown",
    detail="results",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHistoryViewed(Touch):
    """The company's order history was shown."""

    results: int | None = None
    page: str | None = None
    filters: list[str] | None = None
    query_kind: str | None = None
    query_length: int | None = None
    list: str | None = None
