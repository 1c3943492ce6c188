"""A company's orders, newest first: filtered, a page at a time, and as rows for an export.

Every filter is carried by an index that begins with the company, so a company with a hundred thousand
orders is read by its index. Under row-level security PostgreSQL cannot use an index for a comparison that
might leak (ILIKE, upper); the company's index narrows first and those comparisons run on its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select, text, tuple_
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.catalog.models import Variant
from portal.foundation.paging import Page, decode_cursor, encode_cursor
from portal.orders.models.orders import Order, OrderLine
from portal.orders.status import COMPLETE_STATES, OPEN_STATES, ORDER_STATES
from portal.stores.models import Store

PAGE_SIZE = 20
STATUS_GROUPS = {"open": OPEN_STATES, "done": COMPLETE_STATES}

COLUMNS: tuple[Any, ...] = (
    Order.id,
    Order.number,
    Order.kind,
    Order.status,
    Order.fulfilment,
    Order.placed_at,
    Order.promised_at,
    Order.po_number,
    Order.job_name,
    Order.placed_by_name,
    Order.subject_name,
    Order.delegation_id,
    Order.line_count,
    Order.tax_minor,
    Order.total_minor,
    Order.currency,
    Store.name.label("store_name"),
)


# What is asked for most, the newest orders without a filter, is put together once and read as plain rows of the
# tables; the same columns in the same order as COLUMNS.
_ORDER, _STORE = Order.__table__, Store.__table__
_NEWEST: Select[Any] = (
    select(*(_ORDER.c[column.key] for column in COLUMNS[:-1]), _STORE.c.name.label("store_name"))
    .join_from(_ORDER, _STORE, _STORE.c.id == _ORDER.c.store_id, isouter=True)
    .where(_ORDER.c.company_id == bindparam("company_id"))
    .order_by(_ORDER.c.placed_at.desc(), _ORDER.c.id.desc())
    .limit(PAGE_SIZE + 1)
)
_USER, _MEMBERSHIP = User.__table__, Membership.__table__
_BUYERS: Select[Any] = (
    select(_USER.c.id, _USER.c.name)
    .join_from(_USER, _MEMBERSHIP, _MEMBERSHIP.c.user_id == _USER.c.id)
    # The name of somebody who is only invited is theirs until they join.
    .where(_MEMBERSHIP.c.company_id == bindparam("company_id"), _MEMBERSHIP.c.invited_at.is_(None))
    .order_by(_USER.c.name, _USER.c.id)
)


@dataclass(frozen=True)
class HistoryFilter:
    """What of the history is wanted. Dates are inclusive and in ``zone``; texts match anywhere, case ignored."""

    status: str = ""  # a state, "open" or "done"; "" for all
    placed_from: date | None = None
    placed_to: date | None = None
    buyer_id: int | None = None
    po: str = ""
    job: str = ""
    text: str = ""  # order number, PO, job, SKU or product name
    zone: str = "UTC"

    @property
    def active(self) -> int:
        """How many filters are set."""
        wanted = (self.status, self.placed_from, self.placed_to, self.buyer_id, self.po, self.job, self.text)
        return sum(1 for each in wanted if each)


def history(
    session: Session,
    *,
    company_id: int,
    wanted: HistoryFilter,
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Row[Any]]:
    """One page of the company's orders.

    :param after: cursor: the page with the orders older than that one.
    :param before: cursor: the page with the orders newer than that one.
    """
    backwards = before is not None and after is None
    key = decode_cursor(before if backwards else after, datetime, int)
    if key is None and not backwards and not wanted.active and size == PAGE_SIZE:
        found = session.execute(_NEWEST, {"company_id": company_id}).all()
    else:
        found = _found(session, _matching(company_id, wanted), wanted, key, backwards, size)
    more, rows = len(found) > size, list(found[:size])
    if backwards:
        rows.reverse()
    has_newer = more if backwards else key is not None
    has_older = key is not None if backwards else more
    return Page(
        rows,
        next_cursor=_cursor(rows[-1]) if rows and has_older else None,
        previous_cursor=_cursor(rows[0]) if rows and has_newer else None,
    )


def _found(
    session: Session,
    query: Select[Any],
    wanted: HistoryFilter,
    key: tuple[Any, ...] | None,
    backwards: bool,
    size: int,
) -> Sequence[Row[Any]]:
    """One row more than the page takes, from the cursor on."""
    place = tuple_(Order.placed_at, Order.id)
    if backwards:
        query = query.order_by(Order.placed_at, Order.id)
        query = query.where(place > tuple_(*key)) if key else query
    else:
        query = query.order_by(Order.placed_at.desc(), Order.id.desc())
        query = query.where(place < tuple_(*key)) if key else query
    if wanted.active:
        _keep_to_indexes(session)
    return session.execute(query.limit(size + 1)).all()


def export_rows(
    session: Session, *, company_id: int, wanted: HistoryFilter, after: str | None, size: int
) -> tuple[list[Row[Any]], str | None]:
    """The next rows of an export, newest first, and the cursor after them (None: that was all).

    An export is read in pieces, each in a transaction of its own, so a slow reader holds nothing open.
    """
    page = history(session, company_id=company_id, wanted=wanted, after=after, size=size)
    return list(page.rows), page.next_cursor


def buyers(session: Session, company_id: int) -> list[tuple[int, str]]:
    """People who order for the company, by name."""
    return [(row.id, row.name) for row in session.execute(_BUYERS, {"company_id": company_id})]


def _matching(company_id: int, wanted: HistoryFilter) -> Select[Any]:
    query = select(*COLUMNS).join(Store, Store.id == Order.store_id, isouter=True)
    return query.where(Order.company_id == company_id, *_conditions(company_id, wanted))


def _conditions(company_id: int, wanted: HistoryFilter) -> Iterator[ColumnElement[bool]]:
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
        yield Order.po_number.icontains(wanted.po, autoescape=True)
    if wanted.job:
        yield Order.job_name.icontains(wanted.job, autoescape=True)
    if wanted.text:
        yield _mentions(company_id, wanted.text)


def _mentions(company_id: int, words: str) -> ColumnElement[bool]:
    """Orders that carry the words in their number, PO or job, or on a line by SKU or product name.

    Products are looked up in the catalogue first, where search has its indexes; the lines follow by variant.
    """
    sku_key = "".join(c for c in words.upper() if c.isalnum())
    named = Variant.name.icontains(words, autoescape=True)
    by_sku = and_(Variant.sku_key.contains(sku_key, autoescape=True), func.length(sku_key) >= 3)
    variants = select(Variant.id).where(or_(named, by_sku) if sku_key else named)
    lines = select(OrderLine.order_id).where(
        OrderLine.company_id == company_id, OrderLine.variant_id.in_(variants)
    )
    return or_(
        Order.number.icontains(words, autoescape=True),
        Order.po_number.icontains(words, autoescape=True),
        Order.job_name.icontains(words, autoescape=True),
        Order.id.in_(lines),
    )


def _keep_to_indexes(session: Session) -> None:
    """Until the end of this transaction: when one company owns most of the orders, the planner would rather
    read the whole table for a rare match; the company's index serves everybody alike."""
    session.execute(text("select set_config('enable_seqscan', 'off', true)"))


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def _cursor(row: Row[Any]) -> str:
    return encode_cursor(row.placed_at, row.id)
