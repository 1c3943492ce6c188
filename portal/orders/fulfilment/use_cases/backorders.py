"""Allocates stock that came in to backordered lines, the oldest order first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.sight import works_at_store
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from portal.orders.fulfilment.facts.order import OrderUpdated
from portal.orders.fulfilment.facts.promise import DeliveryPromiseChanged
from portal.orders.fulfilment.letters.stock import mail_restocked
from portal.orders.fulfilment.use_cases.locked_order import LockedOrder, quantities, settle_line
from portal.orders.fulfilment.use_cases.transitions import follow_lines, log_event, record_step
from portal.orders.fulfilment.use_cases.waiting_orders import lock_waiting
from portal.orders.models.events import OrderEvent
from portal.orders.models.orders import Order, OrderLine
from portal.orders.status import UNTOUCHED_STATES
from portal.stores.hours.delivery_days import delivered_by, first_delivery_day
from portal.stores.hours.opening import Schedule
from portal.stores.hours.queries import schedules
from portal.stores.hours.readiness import ready_at
from portal.stores.models import Store
from portal.stores.stock.use_cases import reserve

LineKey = tuple[int, int]  # order id, line number


def fulfil_backorders(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    store_id: int,
    variant_ids: Collection[int] | None = None,
) -> list[Order]:
    """Allocate a store's free stock to its backordered lines, the oldest order first; a line may get a part.

    Orders are locked by id, then stock by variant: this fixed order prevents deadlocks. Orders of which nothing was
    there get a promised time. Their customers are told by mail.

    :param variant_ids: what came in; None for everything that is backordered.
    :returns: the orders that got something.
    :raises NotFound: for an associate of another store.
    """
    if not works_at_store(actor, store_id):
        raise NotFound
    waiting = lock_waiting(session, actor, now, store_id, variant_ids)
    given = _allocate(session, store_id, waiting, variant_ids)
    served = [locked for locked in waiting if any(_key(line) in given for line in locked.lines)]
    if served:
        _serve_all(session, now, store_id, served, given)
    return [locked.order for locked in served]


def _serve_all(
    session: Session, now: datetime, store_id: int, served: list[LockedOrder], given: dict[LineKey, int]
) -> None:
    """``given``: units by line. Each order may get a new promise, by what is to be tinted of it."""
    store = session.scalars(select(Store).where(Store.id == store_id)).one()
    schedule = schedules(session, [store_id])[store_id]
    for locked in served:
        restocked = [(line, given[_key(line)]) for line in locked.lines if _key(line) in given]
        cans = sum(units for line, units in restocked if line.colour_number)
        locked.order.tint_quantity += cans
        _serve(locked, restocked, _promise(locked.order, store, schedule, now, cans))


def _promise(order: Order, store: Store, schedule: Schedule, now: datetime, cans: int) -> datetime | None:
    """When what came in is ready; for a delivery the day that was wanted, or the next one on which the store delivers."""
    if order.fulfilment != "delivery":
        return ready_at(schedule, now, store.lead_minutes, store.tint_minutes, cans, 0)
    first = first_delivery_day(schedule, schedule.local_day(now))
    wanted = order.delivery_date
    if wanted is not None and first is not None and wanted > first and schedule.span(wanted) is not None:
        return delivered_by(schedule, wanted)
    return delivered_by(schedule, first) if first else None


def _key(line: OrderLine) -> LineKey:
    return line.order_id, line.line_no


def _allocate(
    session: Session, store_id: int, waiting: list[LockedOrder], variant_ids: Collection[int] | None
) -> dict[LineKey, int]:
    """Reserve what there is; units by the line that gets them."""
    wanting = list(_wanting(waiting, variant_ids))
    wants: dict[int, int] = {}
    for line, variant in wanting:
        wants[variant] = wants.get(variant, 0) + line.quantity_backordered
    short = reserve(session, store_id=store_id, wants=wants, partial=True)
    free = {variant: short.get(variant, units) for variant, units in wants.items()}
    given: dict[LineKey, int] = {}
    for line, variant in wanting:
        units = min(line.quantity_backordered, free[variant])
        if units:
            given[_key(line)] = units
            free[variant] -= units
    return given


def _wanting(
    waiting: list[LockedOrder], variant_ids: Collection[int] | None
) -> Iterator[tuple[OrderLine, int]]:
    """Backordered lines of what came in, each with its variant."""
    for locked in waiting:
        for line in locked.lines:
            variant = line.variant_id if line.quantity_backordered else None
            if variant is not None and (variant_ids is None or variant in variant_ids):
                yield line, variant


def _serve(locked: LockedOrder, restocked: list[tuple[OrderLine, int]], promise: datetime | None) -> None:
    """``restocked``: lines, each with how many units it gets."""
    order = locked.order
    unpromised = order.status == "backordered" or order.promised_at is None
    for line, units in restocked:
        _reserve(locked, line, units)
    lines = [line for line, _ in restocked]
    event = _record_restocked(locked, lines, sum(units for _, units in restocked))
    if unpromised and promise is not None:
        later = int((promise - order.promised_at).total_seconds() // 60) if order.promised_at else 0
        order.promised_at = promise
        record_step(locked, DeliveryPromiseChanged(minutes_later=later), event)
    mail_restocked(locked.session, order, event, lines=lines)


def _reserve(locked: LockedOrder, line: OrderLine, units: int) -> None:
    line.quantity_backordered -= units
    line.quantity_reserved += units
    if locked.order.status in UNTOUCHED_STATES:
        line.state = locked.order.status
    elif line.colour_number and quantities(line).to_pick and line.state != "tinting":
        line.state = "tinting"
    else:
        settle_line(locked, line)


def _record_restocked(locked: LockedOrder, lines: list[OrderLine], units: int) -> OrderEvent:
    skus = ", ".join(line.sku for line in lines[:3])
    skus += f" and {len(lines) - 3} more" if len(lines) > 3 else ""
    words = f"Stock came in for {skus}"
    moved = None if locked.order.status in UNTOUCHED_STATES else follow_lines(locked, words, quantity=units)
    if moved is not None:
        return moved
    event = log_event(locked, words)
    record_step(locked, OrderUpdated(quantity=units, fields=["backordered"]), event)
    return event
