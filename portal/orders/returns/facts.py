"""Touchpoints of returns."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, fact


@fact(
    "return_requested",
    stage="support",
    task="return",
    says="Asked to return something",
    meaning="A return or claim was asked for",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequested(Touch):
    """A return or claim was asked for."""

    number: str | None = None
    lines: int | None = None
    fulfilment: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    line_no: int | None = None
    quantity: int | None = None
    claim: bool | None = None
