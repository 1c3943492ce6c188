"""Giving goods to the person who shows the pickup code."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.orders.fulfilment.facts.promise import PickedUp
from portal.orders.fulfilment.use_cases.invoices import end_if_closed, invoice_what_left
from portal.orders.fulfilment.use_cases.locked_order import (
    LockedOrder,
    expect,
    lock_order,
    settle_line,
    stock_of,
)
from portal.orders.fulfilment.use_cases.pickup_codes import check_code
from portal.orders.fulfilment.use_cases.transitions import follow_lines, log_event, record_step
from portal.orders.models.orders import Order, OrderLine
from portal.stores.stock.use_cases import issue


def hand_over(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    number: str,
    code: str,
    lines: Collection[int] | None = None,
) -> Order:
    """Hand over what is ready, once, at the order's store, against its code; issue its stock and an invoice for it.

    What is not ready yet or was left out is collected with the same code later.

    :param code: as typed or scanned; case, spaces and dashes do not matter.
    :param lines: line numbers that are taken now; None for all that is ready.
    :raises Rejected: ``already_collected``; ``not_pickup``; ``nothing_ready``; ``nothing_taken``; ``order_state``; what
        :func:`portal.orders.fulfilment.use_cases.pickup_codes.check_code` refuses.
    """
    locked = lock_order(session, actor=actor, now=now, number=number)
    _expect_ready(locked)
    check_code(locked, code)
    gone = leave(locked, [line for line in locked.lines if lines is None or line.line_no in lines])
    if not gone:
        raise Rejected("nothing_taken", "Tick the lines that are collected now.", field="line")
    _record_handover(locked, units=sum(units for _, units in gone))
    invoice_what_left(locked)
    end_if_closed(locked)
    take_from_stock(locked, gone)
    return locked.order


def _record_handover(locked: LockedOrder, *, units: int) -> None:
    rest = any(line.quantity_reserved + line.quantity_backordered for line in locked.lines)
    words = "Part of the order was collected" if rest else "Collected"
    if locked.order.pickup_person:
        words += f" by {locked.order.pickup_person}"
    # The move is the pickup itself when nothing is left, and otherwise that the rest waits for stock.
    event = follow_lines(locked, words, quantity=units, code_shown=not rest) or log_event(locked, words)
    if locked.order.status != "collected":
        record_step(locked, PickedUp(quantity=units, code_shown=True), event)


def leave(
    locked: LockedOrder, lines: list[OrderLine], *, state: str | None = None
) -> list[tuple[OrderLine, int]]:
    """Turn what is ready of these lines into fulfilled units; returns the units of each. The caller takes them from the
    stock at the end, because credit is locked before stock.

    :param state: the lines' new state, where it does not follow from their quantities.
    """
    gone = [(line, line.quantity_ready) for line in lines if line.quantity_ready]
    for line, units in gone:
        line.quantity_reserved -= units
        line.quantity_fulfilled += units
        line.quantity_ready = 0
        if state is None:
            settle_line(locked, line)
        else:
            line.state = state
    return gone


def take_from_stock(locked: LockedOrder, gone: list[tuple[OrderLine, int]]) -> None:
    """Issue the units that left: they are neither on hand nor reserved from now on."""
    if locked.order.store_id is not None:
        issue(locked.session, store_id=locked.order.store_id, quantities=stock_of(gone))


def _expect_ready(locked: LockedOrder) -> None:
    order = locked.order
    if order.status == "collected":
        raise Rejected(
            "already_collected", f"Order {order.number} has been collected already.", outcome="conflict"
        )
    expect(locked, "ready", "picking", doing="handed over")
    if order.fulfilment != "pickup":
        raise Rejected("not_pickup", f"Order {order.number} is delivered, not collected.", outcome="conflict")
    if not any(line.quantity_ready for line in locked.lines):
        raise Rejected("nothing_ready", f"Nothing of order {order.number} is ready yet.", outcome="conflict")
