"""The store accepts an order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.orders.fulfilment.use_cases.locked_order import expect, lock_order, set_line_state
from portal.orders.fulfilment.use_cases.transitions import move
from portal.orders.models.orders import Order


def accept(session: Session, *, actor: Actor, now: datetime, number: str) -> Order:
    """Tell the customer that somebody at the store has seen the order. Idempotent.

    :raises Rejected: ``order_state`` if it is past that, for example cancelled a moment ago.
    """
    locked = lock_order(session, actor=actor, now=now, number=number)
    if locked.order.status == "accepted":
        return locked.order
    expect(locked, "placed", doing="accepted")
    for line in locked.lines:
        if line.state == "placed":
            set_line_state(line, "accepted")
    move(locked, "accepted", "The store has your order")
    return locked.order
