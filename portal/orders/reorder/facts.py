"""Touchpoints of reorder."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact(
    "reorder_started",
    stage="select",
    task="reorder",
    says="Started a reorder",
    meaning="Lines of an order, or of what was bought before, became a draft",
    icon="reorder",
    detail="reorder",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReorderStarted(Touch):
    """Lines of an order, or of what was bought before, became a draft."""

    lines: int | None = None
    changed: int | None = None
    left_out: int | None = None
    number: str | None = None
    source: str | None = None
    source_order_id: int | None = None
    draft_id: int | None = None
