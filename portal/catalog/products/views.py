"""The page of a product."""

from __future__ import annotations

from flask import render_template, request

from portal.catalog.colours.page import picker
from portal.catalog.pages import blueprint
from portal.catalog.prices.page import offers
from portal.catalog.products.choice import aspects, chosen_variant
from portal.catalog.products.facts import ProductViewed
from portal.catalog.products.queries import products
from portal.stores.near.facts import AvailabilityChecked
from portal.stores.near.queries.elsewhere import stock_elsewhere
from portal.touchpoints.properties import SOURCES
from portal.web.access import needs
from portal.web.forms import strip
from portal.web.sessions import actor, visit
from portal.web.touch import viewed
from portal.web.transaction import db, today


@blueprint.get("/products/<path:code>")
@needs("catalog:read")
def product(code: str) -> str:
    """A product with one of its variants chosen (``sku``), and a colour for it (``colour``)."""
    who, seen = actor(), visit()
    found = products.product(db(), code=strip(code), company_id=who.customer_id, store_id=seen.store_id)
    chosen = chosen_variant(found.variants, request.args.get("sku", ""), today())
    elsewhere = stock_elsewhere(db(), variant_id=chosen.id, store_id=seen.store_id) if seen.store_id else []
    source = request.args.get("from", "")
    shown = ProductViewed(sku=chosen.sku, source=source if source in SOURCES else "product")
    links = {"product_id": found.id, "variant_id": chosen.id}
    viewed(shown, account_id=who.company_id, store_id=seen.store_id, links=links)
    if seen.store_id:
        viewed(
            AvailabilityChecked(sku=chosen.sku, stores=1 + len(elsewhere)),
            account_id=who.company_id,
            store_id=seen.store_id,
            links=links,
        )
    return render_template(
        "catalog/products/product.html",
        product=found,
        chosen=chosen,
        aspects=aspects(found.variants, chosen),
        offers=offers(db(), actor=who, variants=found.variants, today=today()),
        elsewhere=elsewhere,
        store_name=seen.store_name,
        picker=picker(chosen.sku, found.code) if found.tintable else None,
    )
