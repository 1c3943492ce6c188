"""Swapping a line that is no longer made for what replaces it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portal.catalog.prices.queries import orderable
from portal.catalog.products.queries.variants import variants
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.orders.drafts.facts import ProductAdded, record_draft
from portal.orders.drafts.use_cases.lines import Item, put, remove_line
from portal.orders.drafts.work import take
from portal.orders.models.drafts import DraftLine, LastTime
from portal.orders.reorder.queries.reorder import current_variants
from portal.orders.reorder.rules import NO_PRICE, CurrentVariant, OrderedLine, ReorderLine, reorder_line


def use_replacement(
    session: Session, *, actor: Actor, now: datetime, today: date, draft_id: int, line_id: int
) -> str:
    """Swap a discontinued line for its replacement: same colour, quantity in whole packs of the new one.

    :returns: the SKU that is in the draft now.
    :raises Rejected: ``discontinued`` if nothing replaces it, ``no_price``.
    """
    removed = remove_line(session, actor=actor, now=now, draft_id=draft_id, line_id=line_id)
    work = take(session, actor=actor, now=now, draft_id=draft_id)
    current = current_variants(session, [removed.variant_id], today).get(removed.variant_id)
    if current is None or current.discontinued or current.variant_id == removed.variant_id:
        raise Rejected("discontinued", "There is nothing that replaces it. Remove the line.")
    found = _reorder(session, removed, current)
    if not orderable(session, company_id=work.draft.company_id, variant_ids=[found.variant_id], on=today):
        raise Rejected("no_price", NO_PRICE)
    put(work, [Item(found.variant_id, found.quantity, found.colour_number, found.last_time)])
    added = ProductAdded(sku=current.sku, quantity=found.quantity, colour_number=found.colour_number)
    record_draft(work, added, variant_id=found.variant_id)
    return current.sku


def _reorder(session: Session, line: DraftLine, current: CurrentVariant) -> ReorderLine:
    was = variants(session, [line.variant_id])[line.variant_id]
    last = line.last_time or LastTime()
    ordered = OrderedLine(
        line_no=0,
        variant_id=line.variant_id,
        sku=was.sku,
        name=was.name,
        quantity=line.quantity,
        unit_price=Decimal(last.get("unit_price", "0")),
        colour_number=line.colour_number,
        colour_was=line.colour_number,
    )
    found = reorder_line(ordered, line.quantity, current, last.get("order", ""))
    if isinstance(found, str):
        raise Rejected("discontinued", found)
    return found
