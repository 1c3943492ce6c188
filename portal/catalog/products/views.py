"""The page of a product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, request

from portal.catalog.colours.page import Picker, picker
from portal.catalog.pages import blueprint
from portal.catalog.prices.page import Offer, offers
from portal.catalog.products.choice import Aspect, aspects, chosen_variant
from portal.catalog.products.facts import ProductViewed
from portal.catalog.products.queries.products import ProductDetail, product
from portal.catalog.products.queries.variants import VariantInfo
from portal.stores.near.facts import AvailabilityChecked
from portal.stores.near.queries.elsewhere import StoreStock, stock_elsewhere
from portal.touchpoints.properties import SOURCES
from portal.web.access import needs
from portal.web.forms import strip
from portal.web.sessions import actor, visit
from portal.web.touch import viewed
from portal.web.transaction import db, today


@dataclass(frozen=True)
class ProductPage:
    """A product with one of its variants chosen. ``picker`` is None unless it is tinted."""

    product: ProductDetail
    chosen: VariantInfo
    aspects: Sequence[Aspect]
    offers: Mapping[int, Offer]
    elsewhere: Sequence[StoreStock]
    store_name: str | None
    picker: Picker | None


@blueprint.get("/products/<item:code>", endpoint="product")
@needs("catalog:read")
def show_product(code: str) -> str:
    """A product with one of its variants chosen (``sku``), and a colour for it (``colour``)."""
    who, seen = actor(), visit()
    found = product(db(), code=strip(code), company_id=who.customer_id, store_id=seen.store_id)
    chosen = chosen_variant(found.variants, request.args.get("sku", ""), today())
    page = ProductPage(
        product=found,
        chosen=chosen,
        aspects=aspects(found.variants, chosen),
        offers=offers(db(), actor=who, variants=found.variants, today=today()),
        elsewhere=_elsewhere(chosen, seen.store_id),
        store_name=seen.store_name,
        picker=picker(chosen.sku, found.code) if found.tintable else None,
    )
    _record_view(page, seen.store_id)
    return render_template("catalog/products/product.html", page=page)


def _elsewhere(chosen: VariantInfo, store_id: int | None) -> list[StoreStock]:
    return stock_elsewhere(db(), variant_id=chosen.id, store_id=store_id) if store_id else []


def _record_view(page: ProductPage, store_id: int | None) -> None:
    source = request.args.get("from", "")
    company_id, sku = actor().company_id, page.chosen.sku
    links = {"product_id": page.product.id, "variant_id": page.chosen.id}
    shown = ProductViewed(sku=sku, source=source if source in SOURCES else "product")
    viewed(shown, account_id=company_id, store_id=store_id, links=links)
    if store_id:
        checked = AvailabilityChecked(sku=sku, stores=1 + len(page.elsewhere))
        viewed(checked, account_id=company_id, store_id=store_id, links=links)
