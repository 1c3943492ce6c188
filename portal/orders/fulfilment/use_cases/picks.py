"""Fetching and tinting what an order needs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.orders.fulfilment.facts.order import OrderPicked
from portal.orders.fulfilment.use_cases.locked_order import (
    LockedOrder,
    expect,
    lock_order,
    quantities,
    set_line_state,
    settle_line,
)
from portal.orders.fulfilment.use_cases.transitions import log_event, move, record_step
from portal.orders.models.orders import Order, OrderLine


def start_picking(session: Session, *, actor: Actor, now: datetime, number: str) -> Order:
    """Begin: lines with a colour go to the tint queue, the others to the pick list. An order for which nothing is
    reserved is backordered at once. Idempotent.

    :raises Rejected: ``order_state`` if the order is not accepted.
    """
    locked = lock_order(session, actor=actor, now=now, number=number)
    if locked.order.status == "picking":
        return locked.order
    expect(locked, "accepted", doing="prepared")
    _to_queues(locked)
    if any(quantities(line).to_pick for line in locked.lines):
        move(locked, "picking", "The store is preparing your order")
    else:
        move(locked, "backordered", "Everything on this order waits for stock")
    return locked.order


def _to_queues(locked: LockedOrder) -> None:
    """Put lines with something to fetch into the tint queue or on the pick list."""
    for line in locked.lines:
        if quantities(line).to_pick:
            set_line_state(line, "tinting" if line.colour_number else "picking")
        else:
            settle_line(locked, line)


def tint_done(session: Session, *, actor: Actor, now: datetime, number: str, line_no: int) -> OrderLine:
    """A line's cans are tinted and leave the tint queue; they still have to be set aside with the rest.
    Idempotent.

    :raises Rejected: ``order_state``; ``not_tinted`` if there is nothing to tint.
    """
    locked = lock_order(session, actor=actor, now=now, number=number)
    expect(locked, "picking", doing="tinted")
    line = locked.line(line_no)
    if line.colour_number is None:
        raise Rejected("not_tinted", f"Line {line_no} has no colour to tint.")
    if line.state == "tinting":
        set_line_state(line, "picking")
        _record_tinted(locked, line)
    return line


def _record_tinted(locked: LockedOrder, line: OrderLine) -> None:
    words = f"Tinted {line.sku} to {line.colour_name or line.colour_number}"
    event = log_event(locked, words, line_no=line.line_no, from_state="tinting", to="picking")
    step = OrderPicked(from_state="tinting", to_state="picking", quantity=line.quantity)
    record_step(locked, step, event)
