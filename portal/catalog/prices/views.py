"""Why this price: every rule for a variant, the one that applies, and why the others do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template, request

from portal.catalog.pages import blueprint
from portal.catalog.prices.facts import PriceViewed
from portal.catalog.prices.queries import price_rows
from portal.catalog.prices.rules import Judged, Price, judge, price
from portal.catalog.products.queries.variants import VariantInfo, resolve, variants
from portal.foundation.errors import NotFound
from portal.foundation.inputs import read_whole
from portal.web.access import needs
from portal.web.forms import strip
from portal.web.sessions import actor, visit
from portal.web.touch import viewed
from portal.web.transaction import db, today

MOST = 1_000_000


@dataclass(frozen=True)
class WhyPage:
    """The price of ``quantity`` units of a variant on a day, with every rule that was considered."""

    variant: VariantInfo
    quantity: int
    price: Price | None
    judged: Sequence[Judged]
    day: date
    company_name: str


@blueprint.get("/products/why/<item:sku>")
@needs("catalog:read")
def why_price(sku: str) -> str:
    """Explain the price of ``quantity`` units of a SKU for the company of the visit."""
    who, sku = actor(), strip(sku)
    variant_id = resolve(db(), company_id=who.customer_id, texts=[sku]).get(sku)
    if variant_id is None:
        raise NotFound
    variant = variants(db(), [variant_id])[variant_id]
    quantity = _quantity(variant.pack_size)
    rows = price_rows(db(), company_id=who.customer_id, variant_ids=[variant_id], on=None)[variant_id]
    page = WhyPage(
        variant=variant,
        quantity=quantity,
        price=price(rows, quantity=quantity, on=today()),
        judged=judge(rows, quantity=quantity, on=today()),
        day=today(),
        company_name=who.company_name,
    )
    _record_view(page)
    return render_template("catalog/prices/why_price.html", page=page)


def _record_view(page: WhyPage) -> None:
    variant = page.variant
    viewed(
        PriceViewed(sku=variant.sku, quantity=page.quantity, rule=page.price.rule if page.price else "none"),
        account_id=actor().company_id,
        store_id=visit().store_id,
        links={"product_id": variant.product_id, "variant_id": variant.id},
    )


def _quantity(pack_size: int) -> int:
    typed = read_whole(request.args.get("quantity"))
    return pack_size if typed is None else min(max(typed, 1), MOST)
