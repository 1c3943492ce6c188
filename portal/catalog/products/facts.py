"""Touchpoints of products."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, view


@view(
    "product_list_viewed",
    stage="discover",
    task="find",
    says="Looked at a list of products",
    meaning="A category, the colours or another list was shown",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductListViewed(Touch):
    """A category, the colours or another list was shown."""

    results: int | None = None
    page: str | None = None
    filters: list[str] | None = None
    query_kind: str | None = None
    query_length: int | None = None
    list: str | None = None


@view(
    "product_viewed",
    stage="evaluate",
    task="find",
    says="Looked at a product",
    meaning="A product page was shown",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductViewed(Touch):
    """A product page was shown."""

    sku: str | None = None
    source: str | None = None
