"""Goods that the store does not have: cancelled or backordered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.credit_memos.use_cases.prepayments import lock_ahead
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.orders.fulfilment.facts.order import OrderCancelled
from portal.orders.fulfilment.facts.promise import Backordered
from portal.orders.fulfilment.letters.mails import mail_ready
from portal.orders.fulfilment.letters.stock import Missing, mail_short
from portal.orders.fulfilment.use_cases.cancellation import cancel_units, give_window_back
from portal.orders.fulfilment.use_cases.invoices import end_if_closed, invoice_what_left
from portal.orders.fulfilment.use_cases.locked_order import (
    LockedOrder,
    expect,
    lock_order,
    settle_line,
    stock_of,
)
from portal.orders.fulfilment.use_cases.transitions import follow_lines, log_event, record_step
from portal.orders.models.orders import Order, OrderLine
from portal.orders.status import SHORT_REASONS
from portal.stores.stock.use_cases import write_off

RESTS = ("backorder", "cancel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """Units that the store reserved for a line and does not have.

    :ivar reason: one of :data:`portal.orders.status.SHORT_REASONS`.
    :ivar rest: ``backorder`` (the customer waits) or ``cancel`` (the credit is given back).
    """

    line_no: int
    units: int
    reason: str
    rest: str


def short_pick(session: Session, *, actor: Actor, now: datetime, number: str, shortage: Shortage) -> Order:
    """Correct the stock, because the units are gone whatever the reason, and backorder or cancel them. The customer is
    told by mail.

    :raises Rejected: ``order_state``; ``short_units``, ``short_reason``, ``short_rest`` on their fields.
    """
    locked = lock_order(session, actor=actor, now=now, number=number)
    expect(locked, "picking", "ready", doing="changed by the store")
    line, units = locked.line(shortage.line_no), shortage.units
    _check(line, shortage)
    order = locked.order
    ahead = lock_ahead(session, company_id=order.company_id, draft_id=order.draft_id)
    line.short_reason = shortage.reason
    line.quantity_ready = min(line.quantity_ready, line.quantity_reserved - units)
    if shortage.rest == "cancel":
        cancel_units(locked, [(line, units, 0)])
    else:
        line.quantity_reserved -= units
        line.quantity_backordered += units
        settle_line(locked, line)
    missing = Missing(line, units, waits=shortage.rest == "backorder", ahead_minor=ahead)
    _record_shortage(locked, missing)
    invoice_what_left(locked)
    end_if_closed(locked)
    if locked.order.store_id is not None:
        write_off(session, store_id=locked.order.store_id, quantities=stock_of([(line, units)]))
    give_window_back(locked)
    return locked.order


def _check(line: OrderLine, shortage: Shortage) -> None:
    if shortage.reason not in SHORT_REASONS:
        raise Rejected("short_reason", "Say why it is missing.", field="reason")
    if shortage.rest not in RESTS:
        raise Rejected("short_rest", "Say whether the customer waits for it.", field="rest")
    if not 0 < shortage.units <= line.quantity_reserved:
        raise Rejected("short_units", f"Give a number from 1 to {line.quantity_reserved}.", field="units")


def _record_shortage(locked: LockedOrder, missing: Missing) -> None:
    line, units, waits = missing.line, missing.units, missing.waits
    what = f"{units} of {line.sku} missing ({SHORT_REASONS[line.short_reason].lower()}): "
    words = what + ("waiting for stock" if waits else "taken off the order")
    event = log_event(locked, words, line_no=line.line_no, to=line.state)
    kind = Backordered if waits else OrderCancelled
    record_step(locked, kind(quantity=units, reason=line.short_reason, to_state=line.state), event)
    moved = follow_lines(locked, _rest_words(locked))
    mail_short(locked.session, locked.order, event, missing)
    if moved is not None and locked.order.status == "ready" and locked.order.fulfilment == "pickup":
        rest = sum(1 for line in locked.lines if line.quantity_backordered)
        mail_ready(locked.session, locked.order, moved, rest=rest)


def _rest_words(locked: LockedOrder) -> str:
    if any(line.state == "ready" for line in locked.lines):
        return "Ready for pickup" if locked.order.fulfilment == "pickup" else "Packed for delivery"
    if any(line.quantity_backordered for line in locked.lines):
        return "The rest of this order waits for stock"
    return "Nothing else is left on this order"
