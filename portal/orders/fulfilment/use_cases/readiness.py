"""Setting goods aside for the customer, all of them or the part that is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.orders.fulfilment import letters as emails
from portal.orders.fulfilment.facts import OrderPicked, ReadyForPickup
from portal.orders.fulfilment.use_cases.transitions import (
    Work,
    expect,
    move,
    note,
    quantities,
    record_step,
    settle_line,
    take,
)
from portal.orders.models.orders import Order, OrderEvent
from portal.orders.status import IN_WORK


def mark_ready(
    session: Session, *, actor: Actor, now: datetime, number: str, picked: Mapping[int, int] | None = None
) -> Order:
    """Say that goods stand at the counter (for delivery: packed). The customer gets the pickup code by mail.

    :param picked: units by line number that were set aside now; None for everything that is left to pick.
    :raises Rejected: ``order_state``; ``nothing_picked``; ``too_many`` when a line has fewer left to pick.
    """
    work = take(session, actor=actor, now=now, number=number)
    expect(work, "picking", doing="made ready")
    if picked is None:
        picked = {line.line_no: quantities(line).to_pick for line in work.lines}
    picked = {line_no: units for line_no, units in picked.items() if units}
    if not picked:
        raise Rejected("nothing_picked", "Tick the lines that are ready.", field="line")
    for line_no, units in picked.items():
        _set_aside(work, line_no, units)
    _announce(work, units=sum(picked.values()))
    return work.order


def _set_aside(work: Work, line_no: int, units: int) -> None:
    line = work.line(line_no)
    left = quantities(line).to_pick
    if not 0 < units <= left:
        raise Rejected(
            "too_many", f"Line {line_no} has {left} left to pick, not {units}.", field=f"picked-{line_no}"
        )
    line.quantity_ready += units
    settle_line(work, line)


def _announce(work: Work, *, units: int) -> None:
    rest = sum(1 for line in work.lines if line.state in IN_WORK)
    delivery = work.order.fulfilment == "delivery"
    if rest:
        event = _part_ready(work, rest=rest, units=units, delivery=delivery)
    else:
        event = move(work, "ready", "Packed for delivery" if delivery else "Ready for pickup", quantity=units)
    if not delivery:
        waiting = sum(1 for line in work.lines if line.quantity_backordered)
        emails.send_ready(work.session, work.order, event_id=event.id, now=work.now, rest=rest or waiting)


def _part_ready(work: Work, *, rest: int, units: int, delivery: bool) -> OrderEvent:
    lines = f"{rest} line{'s' if rest > 1 else ''}"
    words = f"Part of the order is {'packed' if delivery else 'ready'}; {lines} still being prepared"
    event = note(work, words)
    if work.order.ready_at is None and not delivery:
        work.order.ready_at = work.now
    record_step(work, (OrderPicked if delivery else ReadyForPickup)(quantity=units), event)
    return event
