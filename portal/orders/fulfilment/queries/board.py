"""What a store's counter has to do: read in four statements, however many orders are open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, func, select, text
from sqlalchemy.orm import Session

from portal.accounts.sight import store_condition
from portal.catalog.models import Product, Variant
from portal.foundation.actor import Actor
from portal.foundation.clock import local
from portal.foundation.errors import NotFound
from portal.foundation.sql import sql_list
from portal.orders.fulfilment.board import Board, Cans, Ticket, Window
from portal.orders.fulfilment.queries.unfilled import LINES_SHORT
from portal.orders.models.orders import Order, OrderLine
from portal.orders.promise import is_late
from portal.orders.status import OPEN_STATES, UNTOUCHED_STATES
from portal.stores.models import Store

# A board shows no more; the rest follows when these are done.
MAX_ORDERS = 240
MAX_CANS = 80

_TICKETS = text(f"""
select o.id, o.number, o.status, o.fulfilment, o.placed_at, o.promised_at, o.ready_at, o.window_start,
       o.pickup_person, o.po_number, o.line_count, c.name, l.to_tint, l.backordered,
       coalesce(u.units, 0) as unfilled, coalesce(u.words, '') as unfilled_words
  from (select * from sales_order
         where store_id = :store and kind = 'order'
           and status in {sql_list(OPEN_STATES)}
         order by promised_at nulls last, id limit :most) o
  join company c on c.id = o.company_id
  cross join lateral (
       select coalesce(sum(quantity_reserved - quantity_ready) filter (where state = 'tinting'
                or (colour_number is not null and state in {sql_list(UNTOUCHED_STATES)})), 0) as to_tint,
              coalesce(sum(quantity_backordered), 0) as backordered
         from order_line where order_id = o.id) l
  left join (select order_id, sum(missing) as units,
                    string_agg(missing || ' of ' || sku || ' (' || on_hand || ' on hand)', ', ' order by sku) as words
               from ({LINES_SHORT.format(at_store=" and o.store_id = :store")}) short group by order_id) u
    on u.order_id = o.id
 order by o.promised_at nulls last, o.id
""")
_WINDOWS = text("""
select starts_at, capacity, booked from pickup_slot
 where store_id = :store and starts_at >= :first and starts_at < :last and booked > 0
 order by starts_at
""")


# The tint queue: lines in tinting, in the order in which their orders are promised.
_CANS: Select[*tuple[Any, ...]] = (
    select(
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
        Product.name,
        OrderLine.quantity_reserved - OrderLine.quantity_ready,
    )
    .join(OrderLine, OrderLine.order_id == Order.id)
    .join(Variant, Variant.id == OrderLine.variant_id, isouter=True)
    .join(Product, Product.id == Variant.product_id, isouter=True)
    .where(Order.store_id == bindparam("store"), Order.kind == "order")
    .where(OrderLine.state == "tinting", Order.status == "picking")
    .order_by(func.coalesce(Order.promised_at, Order.placed_at), Order.id, OrderLine.line_no)
    .limit(MAX_CANS)
)


def _by_promise(tickets: list[Ticket], now: datetime) -> tuple[list[Ticket], list[Ticket]]:
    late = [each for each in tickets if is_late(each.status, each.fulfilment, each.promised_at, now)]
    late_ids = {each.id for each in late}
    return late, [each for each in tickets if each.id not in late_ids]


def board(session: Session, actor: Actor, *, now: datetime, store_code: str | None = None) -> Board:
    """The board of the associate's own store; an administrator names one.

    :raises NotFound: if the actor works at no counter, or there is no such store.
    """
    store = _chosen(stores := _stores(session, actor), store_code)
    tickets = [Ticket(*row) for row in session.execute(_TICKETS, {"store": store.id, "most": MAX_ORDERS})]
    late, in_time = _by_promise(tickets, now)
    return Board(
        store=store,
        stores=stores,
        late=late,
        to_prepare=_in_states(in_time, *UNTOUCHED_STATES),
        picking=_in_states(in_time, "picking"),
        ready=sorted(_in_states(in_time, "ready", "out"), key=lambda each: each.pickup_order),
        waiting=_in_states(in_time, "backordered"),
        unfilled=[each for each in tickets if each.unfilled],
        cans=[Cans(*row) for row in session.execute(_CANS, {"store": store.id})],
        windows=_windows(session, store, now, tickets),
    )


def _chosen(stores: Sequence[Store], code: str | None) -> Store:
    for store in stores:
        if code in (None, "", store.code):
            return store
    raise NotFound


def _in_states(tickets: list[Ticket], *states: str) -> list[Ticket]:
    return [each for each in tickets if each.status in states]


def _stores(session: Session, actor: Actor) -> Sequence[Store]:
    found = session.scalars(select(Store).where(store_condition(actor, Store.id)).order_by(Store.name)).all()
    if not found:
        raise NotFound
    return found


def _windows(session: Session, store: Store, now: datetime, tickets: list[Ticket]) -> list[Window]:
    """Today's pickup windows that somebody has booked, with how far their orders are."""
    zone = ZoneInfo(store.time_zone)
    first = datetime.combine(local(now, store.time_zone).date(), time(), zone)
    limits = {"store": store.id, "first": first, "last": first + timedelta(days=1)}
    inside: dict[datetime, list[str]] = {}
    for ticket in tickets:
        if ticket.window_start is not None:
            inside.setdefault(ticket.window_start, []).append(ticket.status)
    return [
        Window(
            row.starts_at,
            row.booked,
            row.capacity,
            open=len(inside.get(row.starts_at, ())),
            ready=inside.get(row.starts_at, []).count("ready"),
        )
        for row in session.execute(_WINDOWS, limits)
    ]
