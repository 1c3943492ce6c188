"""Moving an order along its table of states: checks the table, and writes down who did what."""

from __future__ import annotations

from dataclasses import replace

from portal.billing.refunds.facts import OrderRefunded
from portal.orders.fulfilment.facts.order import OrderStep
from portal.orders.fulfilment.use_cases.locked_order import LockedOrder, expect
from portal.orders.models.events import OrderEvent
from portal.orders.status import CLOSED_STATES, can, label, order_state, touchpoint
from portal.touchpoints.kinds import touch_of
from portal.touchpoints.recording import Event, record


def log_event(
    locked: LockedOrder,
    words: str,
    *,
    line_no: int | None = None,
    from_state: str | None = None,
    to: str | None = None,
) -> OrderEvent:
    """Add to the order's history, in words that the customer reads too; returns the written row with its id."""
    actor = locked.actor
    event = OrderEvent(
        order_id=locked.order.id,
        company_id=locked.order.company_id,
        line_no=line_no,
        at=locked.now,
        from_state=from_state,
        to_state=to,
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        actor_kind=actor.kind,
        on_behalf_of=actor.acting_for_name if actor.is_acting else "",
        text=words,
    )
    locked.session.add(event)
    locked.session.flush()
    return event


def record_step(
    locked: LockedOrder, step: OrderStep | OrderRefunded, event: OrderEvent, *, value_minor: int | None = None
) -> None:
    """Record the touchpoint of an event, completed with the order's data. The event's id is in its key, so it is
    recorded once.

    :param value_minor: in minor units of the order's currency.
    """
    order = locked.order
    what = replace(step, number=order.number, fulfilment=order.fulfilment, line_no=event.line_no)
    record(
        locked.session,
        Event(
            what,
            actor=locked.actor,
            now=locked.now,
            key=f"{what.kind.name}:{order.number}:{event.id}",
            account_id=order.company_id,
            store_id=order.store_id,
            value_minor=value_minor,
            currency=None if value_minor is None else order.currency,
            links={"order_id": order.id, "order_line_no": event.line_no},
        ),
    )


def move(
    locked: LockedOrder, to: str, words: str, *, quantity: int | None = None, code_shown: bool = False
) -> OrderEvent:
    """Move the order one step along the table, with its event and its touchpoint.

    :param quantity: units that the step concerned.
    :param code_shown: the goods were handed over against the pickup code.
    :raises Rejected: ``order_state`` if the table has no such step.
    """
    order, before = locked.order, locked.order.status
    _enter(locked, to)
    event = log_event(locked, words, from_state=before, to=to)
    props: dict[str, str | int | bool | None] = {"from_state": before, "to_state": to, "quantity": quantity}
    if code_shown:
        props["code_shown"] = True
    step = touch_of(touchpoint(before, to, order.fulfilment), props)
    assert isinstance(step, OrderStep)  # the table of states names kinds of fulfilment only
    record_step(locked, step, event)
    return event


def _enter(locked: LockedOrder, to: str) -> None:
    order = locked.order
    if not can(order.status, to):
        expect(locked, doing=label(to, order.fulfilment).lower())
    order.status = to
    if to == "ready" and order.ready_at is None:
        order.ready_at = locked.now
    if to in CLOSED_STATES:
        order.closed_at = locked.now


def follow_lines(
    locked: LockedOrder, words: str, *, quantity: int | None = None, code_shown: bool = False
) -> OrderEvent | None:
    """Move the order to where its lines are; None if it is there already. Parameters as in :func:`move`."""
    to = order_state([line.state for line in locked.lines])
    if to == locked.order.status:
        return None
    return move(locked, to, words, quantity=quantity, code_shown=code_shown)
