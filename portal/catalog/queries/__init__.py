"""Reads of the catalogue. Each takes any number of variants in one statement."""

from __future__ import annotations

from portal.catalog.pricing import Price
from portal.catalog.queries.colours import (
    ColourFamily,
    ColourInfo,
    colour_families,
    colours_by_number,
    colours_in,
    colours_named,
    search_colours,
)
from portal.catalog.queries.prices import price_rows, prices
from portal.catalog.queries.products import (
    Category,
    ProductPage,
    ProductRow,
    categories,
    product,
    products_in,
)
from portal.catalog.queries.searching import Hit, closest_names, search
from portal.catalog.queries.variants import VariantInfo, resolve, variants

__all__ = [
    "Category",
    "ColourFamily",
    "ColourInfo",
    "Hit",
    "Price",
    "ProductPage",
    "ProductRow",
    "VariantInfo",
    "categories",
    "closest_names",
    "colour_families",
    "colours_by_number",
    "colours_in",
    "colours_named",
    "price_rows",
    "prices",
    "product",
    "products_in",
    "resolve",
    "search",
    "search_colours",
    "variants",
]
