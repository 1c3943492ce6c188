"""Stock came in: whoever has waited longest gets it first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.sight import works_at_store
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from portal.orders.fulfilment import letters as emails
from portal.orders.fulfilment.facts import DeliveryPromiseChanged, OrderUpdated
from portal.orders.fulfilment.use_cases.transitions import (
    Work,
    follow_lines,
    note,
    quantities,
    record_step,
    settle_line,
)
from portal.orders.models.orders import Order, OrderLine
from portal.orders.status import UNTOUCHED_STATES
from portal.stores.hours.queries import schedules
from portal.stores.hours.readiness import ready_at
from portal.stores.models import Store
from portal.stores.stock.use_cases import reserve

# An order on the van is served when it is back in hand: delivered, with its rest backordered.
WAITING_STATES = ("placed", "accepted", "picking", "ready", "backordered")


def fulfil_backorders(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    store_id: int,
    variant_ids: Collection[int] | None = None,
) -> list[Order]:
    """Give a store's free stock to the orders that wait for it, oldest first; a line may get a part.

    Orders are locked by id, then stock by variant, so two deliveries at once wait for each other and never
    in a circle. Orders that waited as a whole get a new promised time. Their customers are told by mail.

    :param variant_ids: what came in; None for everything that is waited for.
    :returns: the orders that got something.
    :raises NotFound: for an associate of another store.
    """
    if not works_at_store(actor, store_id):
        raise NotFound
    works = _waiting(session, actor, now, store_id, variant_ids)
    given = _allot(session, store_id, works, variant_ids)
    served = [work for work in works if any(id(line) in given for line in work.lines)]
    if not served:
        return []
    store = session.scalars(select(Store).where(Store.id == store_id)).one()
    schedule = schedules(session, [store_id])[store_id]
    for work in served:
        lines = [line for line in work.lines if id(line) in given]
        cans = sum(given[id(line)] for line in lines if line.colour_number)
        promise = ready_at(schedule, now, store.lead_minutes, store.tint_minutes, cans, 0)
        _serve(work, lines, given, promise)
    return [work.order for work in served]


def _waiting(
    session: Session, actor: Actor, now: datetime, store_id: int, variant_ids: Collection[int] | None
) -> list[Work]:
    """Orders that wait for something, oldest first, locked in the order of their ids."""
    waits = select(OrderLine.order_id).where(
        OrderLine.order_id == Order.id, OrderLine.quantity_backordered > 0
    )
    if variant_ids is not None:
        waits = waits.where(OrderLine.variant_id.in_(variant_ids))
    fresh = {"populate_existing": True}
    query = (
        select(Order)
        .where(
            Order.store_id == store_id,
            Order.status.in_(WAITING_STATES),
            Order.kind == "order",
            waits.exists(),
        )
        .order_by(Order.id)
        .with_for_update(of=Order)
    )
    works = {o.id: Work(session, o, [], actor, now) for o in session.scalars(query, execution_options=fresh)}
    lines = select(OrderLine).where(OrderLine.order_id.in_(works)).order_by(OrderLine.line_no)
    for line in session.scalars(lines, execution_options=fresh):
        works[line.order_id].lines.append(line)
    # Another delivery may have served or closed some of them while we waited for the lock.
    waiting = [work for work in works.values() if work.order.status in WAITING_STATES]
    return sorted(waiting, key=lambda work: (work.order.placed_at, work.order.id))


def _allot(
    session: Session, store_id: int, works: list[Work], variant_ids: Collection[int] | None
) -> dict[int, int]:
    """Reserve what there is; units by identity of the line that gets them."""
    wanting = [
        line
        for work in works
        for line in work.lines
        if line.quantity_backordered
        and line.variant_id is not None
        and (variant_ids is None or line.variant_id in variant_ids)
    ]
    wants: dict[int, int] = {}
    for line in wanting:
        wants[line.variant_id or 0] = wants.get(line.variant_id or 0, 0) + line.quantity_backordered
    short = reserve(session, store_id=store_id, wants=wants, partial=True)
    free = {variant: short.get(variant, units) for variant, units in wants.items()}
    given: dict[int, int] = {}
    for line in wanting:
        units = min(line.quantity_backordered, free[line.variant_id or 0])
        if units:
            given[id(line)] = units
            free[line.variant_id or 0] -= units
    return given


def _serve(work: Work, lines: list[OrderLine], given: dict[int, int], promise: datetime | None) -> None:
    order, waited = work.order, work.order.status == "backordered"
    for line in lines:
        line.quantity_backordered -= given[id(line)]
        line.quantity_reserved += given[id(line)]
        if order.status in UNTOUCHED_STATES:
            line.state = order.status
        elif line.colour_number and quantities(line).to_pick and line.state != "tinting":
            line.state = "tinting"
        else:
            settle_line(work, line)
    skus = ", ".join(line.sku for line in lines[:3]) + (
        f" and {len(lines) - 3} more" if len(lines) > 3 else ""
    )
    words = f"Stock came in for {skus}"
    units = sum(given[id(line)] for line in lines)
    event = None
    if order.status not in UNTOUCHED_STATES:
        event = follow_lines(work, words, quantity=units)
    if event is None:
        event = note(work, words)
        record_step(work, OrderUpdated(quantity=units, fields=["backordered"]), event)
    if waited and promise is not None:
        later = int((promise - order.promised_at).total_seconds() // 60) if order.promised_at else 0
        order.promised_at = promise
        record_step(work, DeliveryPromiseChanged(minutes_later=later), event)
    emails.send_restocked(work.session, order, event_id=event.id, now=work.now, lines=lines)
