"""A company's orders, newest first: filtered, a page at a time, and as rows for an export."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select, text, tuple_
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.accounts.sight import HAS_JOINED
from portal.foundation.paging import Page, decode_cursor, encode_cursor
from portal.orders.models.orders import Order
from portal.orders.tracking.queries.history_filter import HistoryFilter, conditions
from portal.stores.models import Store

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """An order in the list. ``store_name`` is None for imported documents without a store."""

    id: int
    number: str
    kind: str
    status: str
    fulfilment: str
    placed_at: datetime
    po_number: str
    job_name: str
    placed_by_name: str
    subject_name: str
    delegation_id: int | None
    line_count: int
    tax_minor: int
    total_minor: int
    currency: str
    store_name: str | None


# In the order of HistoryRow's fields. They are read as plain rows of the tables; what is asked for most, the newest
# orders without a filter, is put together once.
_ORDER, _STORE = Order.__table__, Store.__table__
_ROWS: Select[Any] = (
    select(*(_ORDER.c[each.name] for each in fields(HistoryRow)[:-1]), _STORE.c.name)
    .join_from(_ORDER, _STORE, _STORE.c.id == _ORDER.c.store_id, isouter=True)
    .where(_ORDER.c.company_id == bindparam("company_id"))
)
_NEWEST: Select[Any] = _ROWS.order_by(_ORDER.c.placed_at.desc(), _ORDER.c.id.desc()).limit(PAGE_SIZE + 1)
_USER, _MEMBERSHIP = User.__table__, Membership.__table__
_BUYERS: Select[Any] = (
    select(_USER.c.id, _USER.c.name)
    .join_from(_USER, _MEMBERSHIP, _MEMBERSHIP.c.user_id == _USER.c.id)
    .where(_MEMBERSHIP.c.company_id == bindparam("company_id"), HAS_JOINED)
    .order_by(_USER.c.name, _USER.c.id)
)


@dataclass(frozen=True)
class _Place:
    """Where a page begins: at the order with this time and id (None: at the newest), read towards newer or older."""

    key: tuple[Any, ...] | None
    backwards: bool

    @classmethod
    def of(cls, after: str | None, before: str | None) -> _Place:
        """The place that a page's cursors name."""
        backwards = before is not None and after is None
        return cls(decode_cursor(before if backwards else after, datetime, int), backwards)


def history(
    session: Session,
    *,
    company_id: int,
    wanted: HistoryFilter,
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[HistoryRow]:
    """One page of the company's orders.

    :param after: cursor: the page with the orders older than that one.
    :param before: cursor: the page with the orders newer than that one.
    """
    place = _Place.of(after, before)
    found = _found(session, company_id, wanted, place, size)
    more, rows = len(found) > size, found[:size]
    if place.backwards:
        rows.reverse()
    return _page(rows, place, more=more)


def _page(rows: list[HistoryRow], place: _Place, *, more: bool) -> Page[HistoryRow]:
    has_newer = more if place.backwards else place.key is not None
    has_older = place.key is not None if place.backwards else more
    return Page(
        rows,
        next_cursor=_cursor(rows[-1]) if rows and has_older else None,
        previous_cursor=_cursor(rows[0]) if rows and has_newer else None,
    )


def _found(
    session: Session, company_id: int, wanted: HistoryFilter, place: _Place, size: int
) -> list[HistoryRow]:
    """From the place on, one row more than the page takes."""
    asked = {"company_id": company_id}
    if place.key is None and not place.backwards and not wanted.in_use and size == PAGE_SIZE:
        return [HistoryRow(*row) for row in session.execute(_NEWEST, asked)]
    query, at = _ROWS.where(*conditions(company_id, wanted)), tuple_(Order.placed_at, Order.id)
    if place.backwards:
        query = query.order_by(Order.placed_at, Order.id)
        query = query.where(at > tuple_(*place.key)) if place.key else query
    else:
        query = query.order_by(Order.placed_at.desc(), Order.id.desc())
        query = query.where(at < tuple_(*place.key)) if place.key else query
    if wanted.in_use:
        _keep_to_indexes(session)
    return [HistoryRow(*row) for row in session.execute(query.limit(size + 1), asked)]


def export_rows(
    session: Session, *, company_id: int, wanted: HistoryFilter, after: str | None, size: int
) -> tuple[list[HistoryRow], str | None]:
    """The next rows of an export, newest first, and the cursor after them (None: that was all).

    An export is read in pieces, each in a transaction of its own, so a slow reader holds nothing open.
    """
    page = history(session, company_id=company_id, wanted=wanted, after=after, size=size)
    return list(page.rows), page.next_cursor


def buyers(session: Session, company_id: int) -> list[tuple[int, str]]:
    """People who order for the company, by name."""
    return [(row.id, row.name) for row in session.execute(_BUYERS, {"company_id": company_id})]


def _keep_to_indexes(session: Session) -> None:
    """Until the end of this transaction. When one company owns most of the orders, the planner would rather read the
    whole table for a rare match; the company's index is fast for every company."""
    session.execute(text("select set_config('enable_seqscan', 'off', true)"))


def _cursor(row: HistoryRow) -> str:
    return encode_cursor(row.placed_at, row.id)
