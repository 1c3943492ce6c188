"""Setting goods aside for the customer, all of them or the part that is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.orders.fulfilment.facts.order import OrderPicked
from portal.orders.fulfilment.facts.promise import ReadyForPickup
from portal.orders.fulfilment.letters.mails import mail_ready
from portal.orders.fulfilment.use_cases.locked_order import (
    LockedOrder,
    expect,
    lock_order,
    quantities,
    settle_line,
)
from portal.orders.fulfilment.use_cases.transitions import log_event, move, record_step
from portal.orders.models.events import OrderEvent
from portal.orders.models.orders import Order
from portal.orders.status import IN_WORK


def mark_ready(
    session: Session, *, actor: Actor, now: datetime, number: str, picked: Mapping[int, int] | None = None
) -> Order:
    """Mark goods as set aside at the counter (for delivery: packed). The customer gets the pickup code by mail.

    :param picked: units by line number that were set aside now; None for everything that is left to pick.
    :raises Rejected: ``order_state``; ``nothing_picked``; ``too_many`` if a line has fewer left to pick.
    """
    locked = lock_order(session, actor=actor, now=now, number=number)
    expect(locked, "picking", doing="made ready")
    if picked is None:
        picked = {line.line_no: quantities(line).to_pick for line in locked.lines}
    picked = {line_no: units for line_no, units in picked.items() if units}
    if not picked:
        raise Rejected("nothing_picked", "Tick the lines that are ready.", field="line")
    for line_no, units in picked.items():
        _set_aside(locked, line_no, units)
    _record_readiness(locked, units=sum(picked.values()))
    return locked.order


def _set_aside(locked: LockedOrder, line_no: int, units: int) -> None:
    line = locked.line(line_no)
    left = quantities(line).to_pick
    if not 0 < units <= left:
        raise Rejected(
            "too_many", f"Line {line_no} has {left} left to pick, not {units}.", field=f"picked-{line_no}"
        )
    line.quantity_ready += units
    settle_line(locked, line)


def _record_readiness(locked: LockedOrder, *, units: int) -> None:
    rest = sum(1 for line in locked.lines if line.state in IN_WORK)
    delivery = locked.order.fulfilment == "delivery"
    if rest:
        event = _part_ready(locked, rest=rest, units=units, delivery=delivery)
    else:
        event = move(
            locked, "ready", "Packed for delivery" if delivery else "Ready for pickup", quantity=units
        )
    if not delivery:
        waiting = sum(1 for line in locked.lines if line.quantity_backordered)
        mail_ready(locked.session, locked.order, event, rest=rest or waiting)


def _part_ready(locked: LockedOrder, *, rest: int, units: int, delivery: bool) -> OrderEvent:
    lines = f"{rest} line{'s' if rest > 1 else ''}"
    words = f"Part of the order is {'packed' if delivery else 'ready'}; {lines} still being prepared"
    event = log_event(locked, words)
    if locked.order.ready_at is None and not delivery:
        locked.order.ready_at = locked.now
    record_step(locked, (OrderPicked if delivery else ReadyForPickup)(quantity=units), event)
    return event
