"""What a store's counter has to do: read in four statements, however many orders are open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, func, select, text
from sqlalchemy.orm import Session

from portal.accounts.sight import store_condition
from portal.catalog.models import Product, Variant
from portal.foundation.actor import Actor
from portal.foundation.clock import local
from portal.foundation.errors import NotFound
from portal.foundation.sql import sql_list
from portal.orders.models.orders import Order, OrderLine
from portal.orders.numbers import PREFIX
from portal.orders.promise import is_late
from portal.orders.status import OPEN_STATES, UNTOUCHED_STATES
from portal.stores.models import Store

# More than that is on no board: the rest follows when these are done.
MAX_ORDERS = 240
MAX_CANS = 80

_TICKETS = text(f"""
select o.id, o.number, o.status, o.fulfilment, o.placed_at, o.promised_at, o.ready_at, o.window_start, o.window_end,
       o.pickup_person, o.po_number, o.line_count, c.name as company_name,
       l.to_pick, l.to_tint, l.ready, l.backordered
  from (select * from sales_order
         where store_id = :store and kind = 'order'
           and status in {sql_list(OPEN_STATES)}
         order by promised_at nulls last, id limit :most) o
  join company c on c.id = o.company_id
  cross join lateral (
       select coalesce(sum(quantity_reserved - quantity_ready), 0) as to_pick,
              coalesce(sum(quantity_reserved - quantity_ready) filter (where state = 'tinting'
                or (colour_number is not null and state in {sql_list(UNTOUCHED_STATES)})), 0) as to_tint,
              coalesce(sum(quantity_ready), 0) as ready,
              coalesce(sum(quantity_backordered), 0) as backordered
         from order_line where order_id = o.id) l
 order by o.promised_at nulls last, o.id
""")
_WINDOWS = text("""
select starts_at, capacity, booked from pickup_slot
 where store_id = :store and starts_at >= :first and starts_at < :last and booked > 0
 order by starts_at
""")


@dataclass(frozen=True)
class Window:
    """A pickup window of today with its orders: booked, of them still open, of those ready."""

    starts_at: datetime
    ends_at: datetime
    booked: int
    capacity: int
    open: int
    ready: int

    @property
    def collected(self) -> int:
        return max(0, self.booked - self.open)


@dataclass(frozen=True)
class Board:
    """A store's open orders by what is to be done next, each list with the most urgent first."""

    store: Store
    stores: Sequence[Store]  # those the person may choose from
    late: list[Row[Any]]
    to_prepare: list[Row[Any]]
    picking: list[Row[Any]]
    ready: list[Row[Any]]
    waiting: list[Row[Any]]
    cans: Sequence[Row[Any]]
    windows: Sequence[Window]

    @property
    def cans_to_tint(self) -> int:
        return sum(row.units for row in self.cans)


def board(session: Session, actor: Actor, *, now: datetime, store_code: str | None = None) -> Board:
    """The board of the associate's own store; an administrator names one.

    :raises NotFound: for anybody who does not work at a counter, and for a store there is not.
    """
    stores = _stores(session, actor)
    store = next((s for s in stores if s.code == store_code), None) if store_code else stores[0]
    if store is None:
        raise NotFound
    tickets = list(session.execute(_TICKETS, {"store": store.id, "most": MAX_ORDERS}))
    late = [row for row in tickets if is_late(row.status, row.fulfilment, row.promised_at, now)]
    known = {row.id for row in late}
    rest = [row for row in tickets if row.id not in known]
    return Board(
        store=store,
        stores=stores,
        late=late,
        to_prepare=[row for row in rest if row.status in UNTOUCHED_STATES],
        picking=[row for row in rest if row.status == "picking"],
        ready=sorted(
            (row for row in rest if row.status in ("ready", "out")),
            key=lambda row: (row.status == "out", row.window_start or row.ready_at or row.placed_at, row.id),
        ),
        waiting=[row for row in rest if row.status == "backordered"],
        cans=_cans(session, store.id),
        windows=_windows(session, store, now, tickets),
    )


def late_orders(session: Session, *, store_id: int, now: datetime) -> list[Row[Any]]:
    """Orders of a store whose promised time has passed unkept, the longest first; one statement."""
    tickets = session.execute(_TICKETS, {"store": store_id, "most": MAX_ORDERS})
    return [row for row in tickets if is_late(row.status, row.fulfilment, row.promised_at, now)]


def number_at_counter(session: Session, actor: Actor, store_id: int, typed: str) -> str | None:
    """The order of this store that has the number; its prefix may be left out, and case does not matter."""
    number = typed.strip().upper()
    wanted = Order.number.in_({typed.strip(), number, f"{PREFIX}{number}"})
    return _first(session, actor, store_id, wanted)


def number_by_code(session: Session, actor: Actor, store_id: int, code: str) -> str | None:
    """The number of the open order of this store that has the pickup code, given as it is kept."""
    return _first(session, actor, store_id, Order.pickup_code == code, Order.status.in_(OPEN_STATES))


def _first(session: Session, actor: Actor, store_id: int, *wanted: ColumnElement[bool]) -> str | None:
    query = select(Order.number).where(
        store_condition(actor, Order.store_id), Order.store_id == store_id, *wanted
    )
    return session.scalar(query.order_by(Order.id).limit(1))


def _stores(session: Session, actor: Actor) -> Sequence[Store]:
    found = session.scalars(select(Store).where(store_condition(actor, Store.id)).order_by(Store.name)).all()
    if not found:
        raise NotFound
    return found


def _cans(session: Session, store_id: int) -> Sequence[Row[Any]]:
    """The tint queue: lines in tinting, in the order in which their orders are promised."""
    columns: tuple[Any, ...] = (
        Order.number,
        Order.promised_at,
        OrderLine.line_no,
        OrderLine.sku,
        OrderLine.name,
        OrderLine.colour_number,
        OrderLine.colour_name,
        OrderLine.colour_hex,
        Variant.size,
        Variant.sheen,
        Variant.tint_base,
        Product.name.label("product_name"),
        (OrderLine.quantity_reserved - OrderLine.quantity_ready).label("units"),
    )
    in_queue: ColumnElement[bool] = and_(OrderLine.state == "tinting", Order.status == "picking")
    return session.execute(
        select(*columns)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Variant, Variant.id == OrderLine.variant_id, isouter=True)
        .join(Product, Product.id == Variant.product_id, isouter=True)
        .where(Order.store_id == store_id, Order.kind == "order", in_queue)
        .order_by(func.coalesce(Order.promised_at, Order.placed_at), Order.id, OrderLine.line_no)
        .limit(MAX_CANS)
    ).all()


def _windows(session: Session, store: Store, now: datetime, tickets: list[Row[Any]]) -> list[Window]:
    """Today's pickup windows that somebody has booked, with how far their orders are."""
    zone = ZoneInfo(store.time_zone)
    first = datetime.combine(local(now, store.time_zone).date(), time(), zone)
    limits = {"store": store.id, "first": first, "last": first + timedelta(days=1)}
    length = timedelta(minutes=store.window_minutes)
    inside: dict[datetime, list[str]] = {}
    for ticket in tickets:
        if ticket.window_start is not None:
            inside.setdefault(ticket.window_start, []).append(ticket.status)
    return [
        Window(
            row.starts_at,
            row.starts_at + length,
            row.booked,
            row.capacity,
            open=len(inside.get(row.starts_at, ())),
            ready=inside.get(row.starts_at, []).count("ready"),
        )
        for row in session.execute(_WINDOWS, limits)
    ]
