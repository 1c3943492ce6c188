"""Touchpoints of disputes."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact(
    "dispute_settled",
    stage="pay",
    task="pay",
    says="A disputed invoice was answered",
    meaning="A dispute about an invoice is closed",
    detail="document",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeSettled(Touch):
    """A dispute about an invoice is closed."""

    method: str | None = None
    number: str | None = None
    lines: int | None = None
    reason: str | None = None
    action: str | None = None
