"""Kinds that are recorded under another name now. Rows of the log are never changed, so the old names stay known."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, view


@view(
    "cart_viewed",
    stage="select",
    task="order",
    says="Looked at a draft",
    meaning="A draft, or the list of them, was shown: the name of `draft_viewed` until 1 December 2026",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CartViewed(Touch):
    """A draft, or the list of them, was shown: the name of ``draft_viewed`` until 1 December 2026."""

    lines: int | None = None
    drafts: int | None = None
