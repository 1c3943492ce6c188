"""Reads of the catalogue. Each takes any number of variants in one statement."""

from __future__ import annotations

from portal.catalog.pricing import Price
from portal.catalog.queries.colours import ColourInfo, colours_by_number
from portal.catalog.queries.prices import price_rows, prices
from portal.catalog.queries.variants import VariantInfo, resolve, variants

__all__ = [
    "ColourInfo",
    "Price",
    "VariantInfo",
    "colours_by_number",
    "price_rows",
    "prices",
    "resolve",
    "variants",
]
