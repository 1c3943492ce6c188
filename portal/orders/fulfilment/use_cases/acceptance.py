"""The store takes an order on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.orders.fulfilment.use_cases.transitions import expect, move, set_line_state, take
from portal.orders.models.orders import Order


def accept(session: Session, *, actor: Actor, now: datetime, number: str) -> Order:
    """Tell the customer that somebody at the store has seen the order. Accepting again changes nothing.

    :raises Rejected: ``order_state`` when it is past that, for example cancelled a moment ago.
    """
    work = take(session, actor=actor, now=now, number=number)
    if work.order.status == "accepted":
        return work.order
    expect(work, "placed", doing="accepted")
    for line in work.lines:
        if line.state == "placed":
            set_line_state(line, "accepted")
    move(work, "accepted", "The store has your order")
    return work.order
