"""Moving an order along its table of states: the one place that locks it, checks the table, and writes down
who did what. Fulfilling and cancelling are made of these steps.

Locks are taken in the order in which placement takes them: the order (there, the draft), money paid ahead for it, its
company's credit, its store's stock by variant, the pickup window. So they wait for each other and never in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.accounts.sight import company_condition, in_customer_account, store_condition
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.orders.models.orders import Order, OrderEvent, OrderLine
from portal.orders.status import (
    CLOSED_STATES,
    Quantities,
    can,
    can_line,
    label,
    line_state,
    order_state,
    touchpoint,
)
from portal.touchpoints.kinds import touch_of
from portal.touchpoints.recording import Event, record


@dataclass
class Work:
    """An order with its lines, locked until the transaction ends, and who works on it when."""

    session: Session
    order: Order
    lines: list[OrderLine]
    actor: Actor
    now: datetime

    def line(self, line_no: int) -> OrderLine:
        """:raises NotFound: when the order has no such line."""
        for line in self.lines:
            if line.line_no == line_no:
                return line
        raise NotFound


def take(session: Session, *, actor: Actor, now: datetime, number: str) -> Work:
    """Lock an order for the people who may work on it: its own company, its store, an administrator.

    :raises NotFound: for everybody else.
    """
    own = (
        company_condition(actor, Order.company_id)
        if in_customer_account(actor)
        else store_condition(actor, Order.store_id)
    )
    return take_where(session, own, Order.number == number, actor=actor, now=now)


def take_where(session: Session, *conditions: ColumnElement[bool], actor: Actor, now: datetime) -> Work:
    """Lock the one order that the conditions name.

    :raises NotFound: when there is none.
    """
    found = select(Order).where(*conditions).with_for_update(of=Order)
    order = session.scalars(found, execution_options={"populate_existing": True}).one_or_none()
    if order is None or order.kind != "order":
        raise NotFound
    query = select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.line_no)
    lines = list(session.scalars(query, execution_options={"populate_existing": True}))
    return Work(session, order, lines, actor, now)


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

    :raises Rejected: ``line_state`` when the table does not allow it.
    """
    if line.state != to and not can_line(line.state, to):
        raise Rejected(
            "line_state", f"Line {line.line_no} is {label(line.state).lower()}, so that cannot be done."
        )
    line.state = to


def settle_line(work: Work, line: OrderLine) -> None:
    """Let a line's state follow from its quantities, which must add up.

    :raises ValueError: when they do not; nothing of it is kept then.
    """
    now = quantities(line)
    if not now.add_up:
        raise ValueError(f"order {work.order.number}, line {line.line_no}: {now} does not add up")
    set_line_state(line, line_state(now, line.state, work.order.fulfilment))


def expect(work: Work, *states: str, code: str = "order_state", doing: str) -> None:
    """Refuse what is not possible in the order's state, saying what the state is.

    :param doing: the end of the sentence, "so it cannot be …".
    :raises Rejected: ``code`` with outcome conflict.
    """
    order = work.order
    if order.status not in states:
        words = label(order.status, order.fulfilment).lower()
        raise Rejected(code, f"Order {order.number} is {words}, so it cannot be {doing}.", outcome="conflict")


def note(
    work: Work,
    words: str,
    *,
    line_no: int | None = None,
    from_state: str | None = None,
    to: str | None = None,
) -> OrderEvent:
    """Write down what happened, in words that the customer reads too; returns the written row with its id."""
    actor = work.actor
    event = OrderEvent(
        order_id=work.order.id,
        company_id=work.order.company_id,
        line_no=line_no,
        at=work.now,
        from_state=from_state,
        to_state=to,
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        actor_kind=actor.kind,
        on_behalf_of=actor.acting_for_name if actor.is_acting else "",
        text=words,
    )
    work.session.add(event)
    work.session.flush()
    return event


def record_step(work: Work, what: Any, event: OrderEvent, *, value_minor: int | None = None) -> None:
    """Record the touchpoint of an event; its key names the event, so it is one fact for ever."""
    order = work.order
    named = replace(what, number=order.number, fulfilment=order.fulfilment, line_no=event.line_no)
    record(
        work.session,
        Event(
            named,
            actor=work.actor,
            now=work.now,
            key=f"{named.kind.name}:{order.number}:{event.id}",
            account_id=order.company_id,
            store_id=order.store_id,
            value_minor=value_minor,
            currency=None if value_minor is None else order.currency,
            links={"order_id": order.id, "order_line_no": event.line_no},
        ),
    )


def move(work: Work, to: str, words: str, **props: Any) -> OrderEvent:
    """Move the order one step along the table, with its event and its touchpoint.

    :raises Rejected: ``order_state`` when the table has no such step.
    """
    order, before = work.order, work.order.status
    if not can(before, to):
        expect(work, doing=label(to, order.fulfilment).lower())
    order.status = to
    if to == "ready" and order.ready_at is None:
        order.ready_at = work.now
    if to in CLOSED_STATES:
        order.closed_at = work.now
    event = note(work, words, from_state=before, to=to)
    name = touchpoint(before, to, order.fulfilment)
    record_step(work, touch_of(name, {"from_state": before, "to_state": to, **props}), event)
    return event


def follow_lines(work: Work, words: str, **props: Any) -> OrderEvent | None:
    """Move the order to where its lines are; None when it is there already."""
    to = order_state([line.state for line in work.lines])
    return None if to == work.order.status else move(work, to, words, **props)
