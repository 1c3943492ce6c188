"""Which orders of a company's history to show.

Every filter uses an index that begins with the company, so a company with a hundred thousand orders is read by its
index. Under row-level security PostgreSQL cannot use an index for a comparison that might leak (ILIKE, upper); the
company's index narrows first and those comparisons run on its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select

from portal.catalog.models import Variant
from portal.foundation.sql import holds
from portal.orders.models.orders import Order, OrderLine
from portal.orders.status import COMPLETE_STATES, OPEN_STATES, ORDER_STATES

STATUS_GROUPS = {"open": OPEN_STATES, "done": COMPLETE_STATES}


@dataclass(frozen=True)
class HistoryFilter:
    """Which orders to show. Dates are inclusive and in ``zone``; texts match anywhere, ignoring case."""

    status: str = ""  # a state, "open" or "done"; "" for all
    placed_from: date | None = None
    placed_to: date | None = None
    buyer_id: int | None = None
    po: str = ""
    job: str = ""
    text: str = ""  # order number, PO, job, SKU or product name
    zone: str = "UTC"

    @property
    def in_use(self) -> list[str]:
        """Names of the filters that are set."""
        return [each.name for each in fields(self) if each.name != "zone" and getattr(self, each.name)]


def conditions(company_id: int, wanted: HistoryFilter) -> Iterator[ColumnElement[bool]]:
    """The filter as conditions on the company's orders."""
    if wanted.status in STATUS_GROUPS:
        yield Order.status.in_(STATUS_GROUPS[wanted.status])
    elif wanted.status in ORDER_STATES:
        yield Order.status == wanted.status
    if wanted.placed_from:
        yield Order.placed_at >= _midnight(wanted.placed_from, wanted.zone)
    if wanted.placed_to:
        yield Order.placed_at < _midnight(wanted.placed_to + timedelta(days=1), wanted.zone)
    if wanted.buyer_id:
        yield or_(Order.subject_user_id == wanted.buyer_id, Order.placed_by_user_id == wanted.buyer_id)
    if wanted.po:
        yield holds(Order.po_number, wanted.po)
    if wanted.job:
        yield holds(Order.job_name, wanted.job)
    if wanted.text:
        yield _mentions(company_id, wanted.text)


def _mentions(company_id: int, words: str) -> ColumnElement[bool]:
    """Orders that carry the words in their number, PO or job, or on a line by SKU or product name.

    Products are looked up in the catalogue first, where search has its indexes; the lines follow by variant.
    """
    sku_key = "".join(c for c in words.upper() if c.isalnum())
    named = holds(Variant.name, words)
    by_sku = and_(Variant.sku_key.contains(sku_key, autoescape=True), func.length(sku_key) >= 3)
    variants = select(Variant.id).where(or_(named, by_sku) if sku_key else named)
    lines = select(OrderLine.order_id).where(
        OrderLine.company_id == company_id, OrderLine.variant_id.in_(variants)
    )
    return or_(
        holds(Order.number, words),
        holds(Order.po_number, words),
        holds(Order.job_name, words),
        Order.id.in_(lines),
    )


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
