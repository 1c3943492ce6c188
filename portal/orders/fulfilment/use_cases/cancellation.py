"""Cancels units of an order and releases their credit exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.credit.use_cases import give_credit
from portal.billing.credit_memos.use_cases.prepayments import lock_ahead
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.inputs import refuse_longer
from portal.orders.fulfilment.letters.mails import Cancelled, mail_cancelled
from portal.orders.fulfilment.use_cases.invoices import end_if_closed, invoice_what_left
from portal.orders.fulfilment.use_cases.locked_order import LockedOrder, lock_order, settle_line, stock_of
from portal.orders.fulfilment.use_cases.transitions import follow_lines, move
from portal.orders.models.events import OrderEvent
from portal.orders.models.orders import Order, OrderLine
from portal.orders.parts import cancelled_worth
from portal.orders.status import CANCELLABLE_STATES, label
from portal.stores.stock.use_cases import release
from portal.stores.windows.use_cases import unbook_window

MAX_REASON = 200


def cancel(session: Session, *, actor: Actor, now: datetime, number: str, reason: str = "") -> Order:
    """Cancel an order that nobody has begun to prepare, or the backordered part of one.

    Stock, credit and the place in the pickup window are released once; idempotent. Where the rest is cancelled of an
    order that is invoiced as a whole, what was collected of it is invoiced now.

    :param reason: in the customer's words, may be empty.
    :raises Rejected: ``too_late`` if the store has begun; ``too_long`` on the reason.
    """
    refuse_longer(reason.strip(), MAX_REASON, field="reason")
    locked = lock_order(session, actor=actor, now=now, number=number)
    order = locked.order
    if order.status == "cancelled":
        return order
    _expect_cancellable(order)
    lock_ahead(session, company_id=order.company_id, draft_id=order.draft_id)
    reserved = stock_of((line, line.quantity_reserved) for line in locked.lines)
    cancel_units(locked, [(line, line.quantity_reserved, line.quantity_backordered) for line in locked.lines])
    said = reason.strip()
    event, rest = _close(locked, said)
    invoice_what_left(locked)
    ahead = end_if_closed(locked)
    if event is not None:
        mail_cancelled(session, order, event, Cancelled(reason=said, rest=rest, ahead_minor=ahead))
    if order.store_id is not None:
        release(session, store_id=order.store_id, quantities=reserved)
    give_window_back(locked)
    return order


def _expect_cancellable(order: Order) -> None:
    if order.status not in CANCELLABLE_STATES:
        raise Rejected(
            "too_late",
            f"Order {order.number} is {label(order.status, order.fulfilment).lower()}, so it can no longer be "
            "cancelled here. Call the store.",
            outcome="conflict",
        )


def cancel_units(locked: LockedOrder, units: Sequence[tuple[OrderLine, int, int]]) -> None:
    """Cancel units of lines and release the company's credit for them.

    The caller releases their stock after this, because credit is locked before stock.

    :param units: line, how many of its reserved and how many of its backordered units.
    """
    order, value = locked.order, 0
    for line, reserved, backordered in units:
        if not reserved + backordered:
            continue
        before = cancelled_worth(line, line.quantity_cancelled, order.currency).gross
        line.quantity_reserved -= reserved
        line.quantity_backordered -= backordered
        line.quantity_cancelled += reserved + backordered
        value += cancelled_worth(line, line.quantity_cancelled, order.currency).gross - before
        settle_line(locked, line)
    if order.on_account and value:
        give_credit(locked.session, company_id=order.company_id, amount_minor=value)
        order.credit_released_minor += value


def give_window_back(locked: LockedOrder) -> None:
    """Release the place in the pickup window if nothing is left to collect."""
    order = locked.order
    nothing_left = all(line.quantity_cancelled == line.quantity for line in locked.lines)
    if nothing_left and order.fulfilment == "pickup" and order.store_id and order.window_start:
        unbook_window(locked.session, store_id=order.store_id, starts_at=order.window_start)


def _close(locked: LockedOrder, reason: str) -> tuple[OrderEvent | None, bool]:
    """The event, and whether only the rest of the order is cancelled."""
    from_state = locked.order.status
    rest = any(line.quantity_fulfilled for line in locked.lines)
    words = "What was still waited for is cancelled" if rest else "Cancelled"
    if reason:
        words += f": {reason}"
    event = follow_lines(locked, words) if from_state == "backordered" else move(locked, "cancelled", words)
    return event, rest
