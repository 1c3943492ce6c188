"""Delivering goods to the customer, and promising another time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.inputs import refuse_longer
from portal.orders.fulfilment.facts.promise import Delivered, DeliveryPromiseChanged
from portal.orders.fulfilment.letters.mails import mail_on_the_way, mail_promise_changed
from portal.orders.fulfilment.use_cases.handover import leave, take_from_stock
from portal.orders.fulfilment.use_cases.invoices import end_if_closed, invoice_what_left
from portal.orders.fulfilment.use_cases.locked_order import expect, lock_order, settle_line
from portal.orders.fulfilment.use_cases.transitions import follow_lines, log_event, move, record_step
from portal.orders.models.orders import Order
from portal.orders.status import OPEN_STATES

# A time further ahead is a typing error, and dates themselves end somewhere.
MAX_REASON = 200
FURTHEST_PROMISE = timedelta(days=3653)


def dispatch(session: Session, *, actor: Actor, now: datetime, number: str) -> Order:
    """Send what is packed out on a van: its stock is issued, the customer is told.

    :raises Rejected: ``order_state``; ``not_delivery`` for an order that is collected.
    """
    locked = lock_order(session, actor=actor, now=now, number=number)
    expect(locked, "ready", doing="sent out")
    if locked.order.fulfilment != "delivery":
        raise Rejected("not_delivery", f"Order {number} is collected at the store.", outcome="conflict")
    gone = leave(locked, locked.lines, state="out")
    event = move(locked, "out", "Out for delivery", quantity=sum(units for _, units in gone))
    mail_on_the_way(session, locked.order, event)
    take_from_stock(locked, gone)
    return locked.order


def deliver(session: Session, *, actor: Actor, now: datetime, number: str) -> Order:
    """Record that the van has delivered, and issue an invoice for it. What is backordered stays open.

    :raises Rejected: ``order_state`` if the order is not on its way.
    """
    locked = lock_order(session, actor=actor, now=now, number=number)
    expect(locked, "out", doing="delivered")
    for line in locked.lines:
        if line.state == "out":
            settle_line(locked, line)
    waits = any(line.quantity_backordered for line in locked.lines)
    words = "Delivered; the rest waits for stock" if waits else "Delivered"
    event = follow_lines(locked, words) or log_event(locked, words)
    if locked.order.status != "delivered":
        record_step(locked, Delivered(), event)
    invoice_what_left(locked)
    end_if_closed(locked)
    return locked.order


def change_promise(
    session: Session, *, actor: Actor, now: datetime, number: str, promised_at: datetime, reason: str
) -> Order:
    """Promise another time, with a reason that the customer reads in a mail and on the order.

    :param promised_at: aware; must lie ahead.
    :raises Rejected: ``order_state``; ``promise_past``, ``promise_far``, ``promise_reason`` on their fields.
    """
    locked = lock_order(session, actor=actor, now=now, number=number)
    expect(locked, *OPEN_STATES, doing="promised again")
    _check_promise(promised_at, reason.strip(), now)
    before = locked.order.promised_at
    if before == promised_at:
        return locked.order
    locked.order.promised_at = promised_at
    event = log_event(locked, f"New time promised: {reason.strip()}")
    later = int((promised_at - before).total_seconds() // 60) if before else 0
    record_step(locked, DeliveryPromiseChanged(minutes_later=later), event)
    mail_promise_changed(session, locked.order, event, reason=reason.strip())
    return locked.order


def _check_promise(promised_at: datetime, reason: str, now: datetime) -> None:
    if promised_at <= now:
        raise Rejected("promise_past", "Choose a time that is still to come.", field="promised_at")
    if promised_at > now + FURTHEST_PROMISE:
        raise Rejected("promise_far", "That is too far ahead. Check the year.", field="promised_at")
    refuse_longer(reason, MAX_REASON, field="reason")
    if not reason:
        raise Rejected("promise_reason", "Tell the customer why.", field="reason")
