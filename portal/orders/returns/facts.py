"""Touchpoints of returns."""

from __future__ import annotations

from dataclasses import dataclass

from portal.orders.fulfilment.facts.order import OrderStep
from portal.touchpoints.kind import fact


@fact(
    "return_requested",
    stage="support",
    task="return",
    says="Asked to return something",
    meaning="A return or claim was asked for",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequested(OrderStep):
    """A return or claim was asked for."""

    claim: bool | None = None
