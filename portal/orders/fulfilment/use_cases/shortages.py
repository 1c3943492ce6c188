"""What is not there: taken off the order, or waited for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.orders.fulfilment import letters as emails
from portal.orders.fulfilment.facts import Backordered, OrderCancelled
from portal.orders.fulfilment.use_cases.cancellation import cancel_units, give_window_back
from portal.orders.fulfilment.use_cases.invoices import invoice_what_left
from portal.orders.fulfilment.use_cases.transitions import (
    Work,
    expect,
    follow_lines,
    note,
    record_step,
    settle_line,
    stock_of,
    take,
)
from portal.orders.models.orders import Order, OrderEvent, OrderLine
from portal.orders.status import SHORT_REASONS
from portal.stores.stock.use_cases import issue

RESTS = ("backorder", "cancel")


def short_pick(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    number: str,
    line_no: int,
    units: int,
    reason: str,
    rest: str,
) -> Order:
    """``units`` that the store held for a line are not there. The stock is corrected, because they are gone
    whatever the reason; the customer waits for them or does not pay for them, and is told by mail.

    :param reason: one of :data:`portal.orders.status.SHORT_REASONS`.
    :param rest: ``backorder`` (wait) or ``cancel`` (give the credit back).
    :raises Rejected: ``order_state``; ``short_units``, ``short_reason``, ``short_rest`` on their fields.
    """
    work = take(session, actor=actor, now=now, number=number)
    expect(work, "picking", "ready", doing="changed by the store")
    line = work.line(line_no)
    _check(line, units, reason, rest)
    line.short_reason = reason
    line.quantity_ready = min(line.quantity_ready, line.quantity_reserved - units)
    if rest == "cancel":
        cancel_units(work, [(line, units, 0)])
    else:
        line.quantity_reserved -= units
        line.quantity_backordered += units
        settle_line(work, line)
    _tell(work, line, units, waits=rest == "backorder")
    invoice_what_left(work)
    if work.order.store_id is not None:
        issue(session, store_id=work.order.store_id, quantities=stock_of([(line, units)]))
    give_window_back(work)
    return work.order


def _check(line: OrderLine, units: int, reason: str, rest: str) -> None:
    if reason not in SHORT_REASONS:
        raise Rejected("short_reason", "Say why it is missing.", field="reason")
    if rest not in RESTS:
        raise Rejected("short_rest", "Say whether the customer waits for it.", field="rest")
    if not 0 < units <= line.quantity_reserved:
        raise Rejected("short_units", f"Give a number from 1 to {line.quantity_reserved}.", field="units")


def _tell(work: Work, line: OrderLine, units: int, *, waits: bool) -> None:
    what = f"{units} of {line.sku} missing ({SHORT_REASONS[line.short_reason].lower()}): "
    words = what + ("waiting for stock" if waits else "taken off the order")
    event = note(work, words, line_no=line.line_no, to=line.state)
    kind = Backordered if waits else OrderCancelled
    record_step(work, kind(quantity=units, reason=line.short_reason, to_state=line.state), event)
    moved = follow_lines(work, _rest_words(work))
    emails.send_short(
        work.session, work.order, line, event_id=event.id, now=work.now, units=units, waits=waits
    )
    if moved is not None and work.order.status == "ready":
        _tell_ready(work, moved)


def _tell_ready(work: Work, event: OrderEvent) -> None:
    if work.order.fulfilment == "pickup":
        emails.send_ready(
            work.session,
            work.order,
            event_id=event.id,
            now=work.now,
            rest=sum(1 for line in work.lines if line.quantity_backordered),
        )


def _rest_words(work: Work) -> str:
    if any(line.state == "ready" for line in work.lines):
        return "Ready for pickup" if work.order.fulfilment == "pickup" else "Packed for delivery"
    if any(line.quantity_backordered for line in work.lines):
        return "The rest of this order waits for stock"
    return "Nothing else is left on this order"
