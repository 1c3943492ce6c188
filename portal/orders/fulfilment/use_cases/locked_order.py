"""An order locked for a change, with its lines: the start of every use case of fulfilment.

Locks are taken in the order in which placement takes them: the order (there, the draft), money paid ahead for it, its
company's credit, its store's stock by variant, the pickup window. This fixed order prevents deadlocks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.sight import company_condition, in_customer_account, store_condition
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.orders.models.orders import Order, OrderLine
from portal.orders.status import Quantities, can_line, label, line_state


@dataclass
class LockedOrder:
    """An order with its lines, locked until the transaction ends, and who changes it when."""

    session: Session
    order: Order
    lines: list[OrderLine]
    actor: Actor
    now: datetime

    def line(self, line_no: int) -> OrderLine:
        """:raises NotFound: if the order has no such line."""
        for line in self.lines:
            if line.line_no == line_no:
                return line
        raise NotFound


def lock_order(session: Session, *, actor: Actor, now: datetime, number: str) -> LockedOrder:
    """Lock an order for its own company, its store, or an administrator.

    :raises NotFound: if the actor is none of them, or there is no such order.
    """
    in_sight = (
        company_condition(actor, Order.company_id)
        if in_customer_account(actor)
        else store_condition(actor, Order.store_id)
    )
    found = select(Order).where(in_sight, Order.number == number).with_for_update(of=Order)
    order = session.scalars(found, execution_options={"populate_existing": True}).one_or_none()
    if order is None or order.kind != "order":
        raise NotFound
    query = select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.line_no)
    lines = list(session.scalars(query, execution_options={"populate_existing": True}))
    return LockedOrder(session, order, lines, actor, now)


def expect(locked: LockedOrder, *states: str, doing: str) -> None:
    """Refuse what is not possible in the order's state, saying what the state is.

    :param doing: the end of the sentence, "so it cannot be …".
    :raises Rejected: ``order_state`` with outcome conflict.
    """
    order = locked.order
    if order.status not in states:
        words = label(order.status, order.fulfilment).lower()
        message = f"Order {order.number} is {words}, so it cannot be {doing}."
        raise Rejected("order_state", message, outcome="conflict")


def quantities(line: OrderLine) -> Quantities:
    """Where the units of a line are."""
    return Quantities(
        line.quantity,
        line.quantity_reserved,
        line.quantity_ready,
        line.quantity_fulfilled,
        line.quantity_backordered,
        line.quantity_cancelled,
    )


def stock_of(lines: Iterable[tuple[OrderLine, int]]) -> dict[int, int]:
    """Units by variant, for the store's stock; lines of imported documents without a variant hold none."""
    wanted: dict[int, int] = {}
    for line, units in lines:
        if line.variant_id is not None and units:
            wanted[line.variant_id] = wanted.get(line.variant_id, 0) + units
    return wanted


def set_line_state(line: OrderLine, to: str) -> None:
    """Put a line into a state, by its table.

    :raises Rejected: ``line_state`` if the table does not allow it.
    """
    if line.state != to and not can_line(line.state, to):
        raise Rejected(
            "line_state", f"Line {line.line_no} is {label(line.state).lower()}, so that cannot be done."
        )
    line.state = to


def settle_line(locked: LockedOrder, line: OrderLine) -> None:
    """Derive a line's state from its quantities, which must add up.

    :raises ValueError: if they do not; the transaction must be rolled back.
    """
    now = quantities(line)
    if not now.add_up:
        raise ValueError(f"order {locked.order.number}, line {line.line_no}: {now} does not add up")
    set_line_state(line, line_state(now, line.state, locked.order.fulfilment))
