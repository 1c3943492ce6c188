"""Touchpoints of stores near a place."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, view


@view(
    "availability_checked",
    stage="evaluate",
    task="find",
    says="Checked stock",
    meaning="Stock, or stores near, were shown",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityChecked(Touch):
    """Stock, or stores near, were shown."""

    stores: int | None = None
    lines: int | None = None
    short_lines: int | None = None
    sku: str | None = None
    results: int | None = None
