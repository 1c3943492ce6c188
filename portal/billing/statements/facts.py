"""Touchpoints of statements."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, view


@view(
    "statement_downloaded",
    stage="pay",
    task="pay",
    says="Downloaded a statement",
    meaning="A statement was fetched",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDownloaded(Touch):
    """A statement was fetched."""

    format: str | None = None
