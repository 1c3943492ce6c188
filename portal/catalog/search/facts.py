"""Touchpoints of search."""

from __future__ import annotations

from dataclasses import dataclass

from portal.touchpoints.kind import Touch, view


@view(
    "products_searched",
    stage="discover",
    task="find",
    says="Searched products",
    meaning="A product search was answered",
    detail="results",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductsSearched(Touch):
    """A product search was answered."""

    results: int | None = None
    page: str | None = None
    filters: list[str] | None = None
    query_kind: str | None = None
    query_length: int | None = None
    query: str | None = None
