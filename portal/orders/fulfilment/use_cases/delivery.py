"""Bringing goods to the customer, and telling when a promise cannot be kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.orders.fulfilment import letters as emails
from portal.orders.fulfilment.facts import Delivered, DeliveryPromiseChanged
from portal.orders.fulfilment.use_cases.handover import leave, take_from_stock
from portal.orders.fulfilment.use_cases.invoices import invoice_what_left
from portal.orders.fulfilment.use_cases.transitions import (
    expect,
    follow_lines,
    move,
    note,
    record_step,
    settle_line,
    take,
)
from portal.orders.models.orders import Order
from portal.orders.status import OPEN_STATES

# Further ahead is a slip of the keyboard, and the calendar itself ends somewhere.
FURTHEST_PROMISE = timedelta(days=3653)


def dispatch(session: Session, *, actor: Actor, now: datetime, number: str) -> Order:
    """What is packed leaves the store on a van: the stock is gone, the customer is told.

    :raises Rejected: ``order_state``; ``not_delivery`` for an order that is collected.
    """
    work = take(session, actor=actor, now=now, number=number)
    expect(work, "ready", doing="sent out")
    if work.order.fulfilment != "delivery":
        raise Rejected("not_delivery", f"Order {number} is collected at the store.", outcome="conflict")
    gone = leave(work, work.lines, state="out")
    event = move(work, "out", "Out for delivery", quantity=sum(units for _, units in gone))
    emails.send_on_the_way(session, work.order, event_id=event.id, now=now)
    take_from_stock(work, gone)
    return work.order


def deliver(session: Session, *, actor: Actor, now: datetime, number: str) -> Order:
    """The van has delivered, and an invoice is issued for it. What is still waited for stays open.

    :raises Rejected: ``order_state`` when the order is not on its way.
    """
    work = take(session, actor=actor, now=now, number=number)
    expect(work, "out", doing="delivered")
    for line in work.lines:
        if line.state == "out":
            settle_line(work, line)
    waits = any(line.quantity_backordered for line in work.lines)
    words = "Delivered; the rest waits for stock" if waits else "Delivered"
    event = follow_lines(work, words) or note(work, words)
    if work.order.status != "delivered":
        record_step(work, Delivered(), event)
    invoice_what_left(work)
    return work.order


def change_promise(
    session: Session, *, actor: Actor, now: datetime, number: str, promised_at: datetime, reason: str
) -> Order:
    """Promise another time, with a reason that the customer reads in a mail and on the order.

    :param promised_at: aware; must lie ahead.
    :raises Rejected: ``order_state``; ``promise_past``, ``promise_far``, ``promise_reason`` on their fields.
    """
    work = take(session, actor=actor, now=now, number=number)
    expect(work, *OPEN_STATES, doing="promised anew")
    if promised_at <= now:
        raise Rejected("promise_past", "Choose a time that is still to come.", field="promised_at")
    if promised_at > now + FURTHEST_PROMISE:
        raise Rejected("promise_far", "That is too far ahead. Check the year.", field="promised_at")
    if not reason.strip():
        raise Rejected("promise_reason", "Tell the customer why.", field="reason")
    before = work.order.promised_at
    if before == promised_at:
        return work.order
    work.order.promised_at = promised_at
    event = note(work, f"New time promised: {reason.strip()}")
    later = int((promised_at - before).total_seconds() // 60) if before else 0
    record_step(work, DeliveryPromiseChanged(minutes_later=later), event)
    emails.send_promise_changed(session, work.order, event_id=event.id, now=now, reason=reason.strip())
    return work.order
