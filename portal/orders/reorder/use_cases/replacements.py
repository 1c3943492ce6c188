"""Swapping a line that is no longer made for what replaces it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portal.catalog.prices.queries import prices
from portal.catalog.products.queries.variants import variants
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.orders.drafts.facts import ProductAdded, record_draft
from portal.orders.drafts.use_cases.drafts import own_draft
from portal.orders.drafts.use_cases.lines import Wish, put, remove_line
from portal.orders.models.drafts import DraftLine
from portal.orders.reorder.again import NO_PRICE, Again, Ordered, Standing, again
from portal.orders.reorder.queries.reorder import standing


def use_replacement(
    session: Session, *, actor: Actor, now: datetime, today: date, draft_id: int, line_id: int
) -> str:
    """Swap a discontinued line for its replacement: same colour, quantity in whole packs of the new one.

    Returns the SKU that is in the draft now.

    :raises Rejected: when nothing stands in for it, or there is no price.
    """
    removed = remove_line(session, actor=actor, now=now, draft_id=draft_id, line_id=line_id)
    draft = own_draft(session, actor, draft_id)
    stands = standing(session, [removed.variant_id], today).get(removed.variant_id)
    if stands is None or stands.discontinued or stands.variant_id == removed.variant_id:
        raise Rejected("discontinued", "There is nothing that replaces it. Remove the line.")
    found = _again(session, removed, stands)
    if not prices(session, company_id=draft.company_id, wants=[(found.variant_id, found.quantity)], on=today):
        raise Rejected("no_price", NO_PRICE)
    put(
        session,
        draft,
        [Wish(found.variant_id, found.quantity, found.colour_number, found.last_time)],
        now=now,
    )
    record_draft(
        session,
        ProductAdded(sku=stands.sku, quantity=found.quantity, colour_number=found.colour_number),
        actor=actor,
        now=now,
        draft=draft,
        variant_id=found.variant_id,
    )
    return stands.sku


def _again(session: Session, line: DraftLine, stands: Standing) -> Again:
    was = variants(session, [line.variant_id])[line.variant_id]
    last = line.last_time or {}
    ordered = Ordered(
        line_no=0,
        variant_id=line.variant_id,
        sku=was.sku,
        name=was.name,
        quantity=line.quantity,
        unit_price=Decimal(last.get("unit_price", "0")),
        colour_number=line.colour_number,
        colour_was=line.colour_number,
    )
    found = again(ordered, line.quantity, stands, last.get("order", ""))
    if isinstance(found, str):
        raise Rejected("discontinued", found)
    return found
