"""The orders that wait for stock, locked so that it can be allocated to them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.orders.fulfilment.use_cases.locked_order import LockedOrder
from portal.orders.models.orders import Order, OrderLine
from portal.orders.status import OPEN_STATES

# An order on the van is served when it is delivered, and its rest backordered.
WAITING_STATES = tuple(state for state in OPEN_STATES if state != "out")


def lock_waiting(
    session: Session, actor: Actor, now: datetime, store_id: int, variant_ids: Collection[int] | None
) -> list[LockedOrder]:
    """Orders with backordered lines, the oldest first, locked in the order of their ids."""
    reread = {"populate_existing": True}
    found = session.scalars(_waiting(store_id, variant_ids), execution_options=reread)
    by_id = {order.id: LockedOrder(session, order, [], actor, now) for order in found}
    lines = select(OrderLine).where(OrderLine.order_id.in_(by_id)).order_by(OrderLine.line_no)
    for line in session.scalars(lines, execution_options=reread):
        by_id[line.order_id].lines.append(line)
    # Another transaction may have served or closed some of them while this one waited for the lock.
    waiting = [locked for locked in by_id.values() if locked.order.status in WAITING_STATES]
    return sorted(waiting, key=lambda locked: (locked.order.placed_at, locked.order.id))


def _waiting(store_id: int, variant_ids: Collection[int] | None) -> Select[Order]:
    lines = select(OrderLine.order_id).where(
        OrderLine.order_id == Order.id, OrderLine.quantity_backordered > 0
    )
    if variant_ids is not None:
        lines = lines.where(OrderLine.variant_id.in_(variant_ids))
    return (
        select(Order)
        .where(
            Order.store_id == store_id,
            Order.status.in_(WAITING_STATES),
            Order.kind == "order",
            lines.exists(),
        )
        .order_by(Order.id)
        .with_for_update(of=Order)
    )
