"""Touchpoints of prices."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, view


@view(
    "price_viewed",
    stage="evaluate",
    task="find",
    says="Asked why a price is what it is",
    meaning="The rule behind a price was shown",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PriceViewed(Touch):
    """The rule behind a price was shown."""

    sku: str | None = None
    rule: str | None = None
    quantity: int | None = None
