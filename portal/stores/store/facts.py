"""Touchpoints of choosing a store."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact(
    "pickup_store_selected",
    stage="purchase",
    task="order",
    says="Chose a store",
    meaning="A store was chosen for a draft, or to work with",
    icon="store",
    detail="store",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PickupStoreSelected(Touch):
    """A store was chosen for a draft, or to work with."""

    store_before: int | None = None
    short_lines: int | None = None
    window: bool | None = None
    draft_id: int | None = None
