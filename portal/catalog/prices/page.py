"""What pages show about buying a variant: its price for the company, with its quantity breaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import current_app
from sqlalchemy.orm import Session

from portal.catalog.prices.queries import price_rows
from portal.catalog.prices.rules import Price, PriceRow, breaks, price
from portal.catalog.products.queries.variants import VariantInfo
from portal.foundation.actor import Actor


@dataclass(frozen=True)
class Offer:
    """The price of the smallest quantity (one pack), and the quantity breaks above it.

    ``can_add``: the person may put it into a draft.
    """

    variant: VariantInfo
    price: Price | None
    steps: list[PriceRow]
    is_discontinued: bool
    can_add: bool


def offers(
    session: Session, *, actor: Actor, variants: Iterable[VariantInfo], today: date
) -> dict[int, Offer]:
    """Offers by variant id, for the actor's company. One statement."""
    chosen = list(variants)
    rows = price_rows(
        session, company_id=actor.customer_id, variant_ids=(each.id for each in chosen), on=today
    )
    return {each.id: _offer(each, rows.get(each.id, []), actor, today) for each in chosen}


def _offer(variant: VariantInfo, rows: list[PriceRow], actor: Actor, today: date) -> Offer:
    unit = price(rows, quantity=variant.pack_size, on=today)
    steps = [row for row in breaks(rows, on=today) if row.min_quantity > variant.pack_size]
    gone = variant.is_discontinued(today)
    may = actor.can("drafts:write") and "orders.add_line" in current_app.view_functions
    return Offer(variant, unit, steps, gone, may and not gone and unit is not None)
