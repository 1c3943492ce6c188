"""Fetching and tinting what an order needs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.orders.fulfilment.facts import OrderPicked
from portal.orders.fulfilment.use_cases.transitions import (
    Work,
    expect,
    move,
    note,
    quantities,
    record_step,
    set_line_state,
    settle_line,
    take,
)
from portal.orders.models.orders import Order, OrderLine


def start_picking(session: Session, *, actor: Actor, now: datetime, number: str) -> Order:
    """Begin: lines with a colour go to the tint queue, the others to the pick list. An order of which the
    store holds nothing waits for stock at once. Beginning again changes nothing.

    :raises Rejected: ``order_state`` when the order is not accepted.
    """
    work = take(session, actor=actor, now=now, number=number)
    if work.order.status == "picking":
        return work.order
    expect(work, "accepted", doing="prepared")
    begin(work, work.lines)
    if any(quantities(line).to_pick for line in work.lines):
        move(work, "picking", "The store is preparing your order")
    else:
        move(work, "backordered", "Everything on this order waits for stock")
    return work.order


def begin(work: Work, lines: list[OrderLine]) -> None:
    """Put lines with something to fetch into the tint queue or on the pick list."""
    for line in lines:
        if quantities(line).to_pick:
            set_line_state(line, "tinting" if line.colour_number else "picking")
        else:
            settle_line(work, line)


def tint_done(session: Session, *, actor: Actor, now: datetime, number: str, line_no: int) -> OrderLine:
    """A line's cans are tinted and leave the tint queue; they still have to be set aside with the rest.
    Saying it twice changes nothing.

    :raises Rejected: ``order_state`` or ``not_tinted`` when there is nothing to tint.
    """
    work = take(session, actor=actor, now=now, number=number)
    expect(work, "picking", doing="tinted")
    line = work.line(line_no)
    if line.colour_number is None:
        raise Rejected("not_tinted", f"Line {line_no} has no colour to tint.")
    if line.state == "tinting":
        set_line_state(line, "picking")
        event = note(
            work,
            f"Tinted {line.sku} to {line.colour_name or line.colour_number}",
            line_no=line_no,
            from_state="tinting",
            to="picking",
        )
        record_step(
            work, OrderPicked(from_state="tinting", to_state="picking", quantity=line.quantity), event
        )
    return line
