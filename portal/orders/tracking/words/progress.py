"""How far an order is and what was promised, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.orders.promise import when_words, window_words
from portal.orders.status import COMPLETE_STATES, STEPS
from portal.orders.tracking.detail import OrderDetail
from portal.stores.hours.opening import Schedule, closing, next_opening
from portal.web.sessions import actor
from portal.web.transaction import now

# The step at which an order of each state stands.
STEP_OF = {
    "placed": "placed",
    "accepted": "accepted",
    "picking": "picking",
    "ready": "ready",
    "out": "out",
    "collected": "collected",
    "delivered": "delivered",
    "backordered": "picking",
}
STEP_WORDS = {
    "placed": "Placed",
    "accepted": "Accepted",
    "picking": "Being prepared",
    "ready": "Ready",
    "collected": "Collected",
    "out": "On its way",
    "delivered": "Delivered",
}


WHEN_IT_HAS_COME_IN = "Waiting for stock. We write when it has come in."


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the tracker; ``state`` is done, current, todo or problem, ``at`` when it was reached."""

    label: str
    state: str
    at: str | None


def steps(order: OrderDetail) -> list[Step]:
    """The order's steps for the tracker; none for documents and cancelled orders."""
    if order.kind != "order" or order.status == "cancelled":
        return []
    way = STEPS.get(order.fulfilment, STEPS["pickup"])
    here = STEP_OF.get(order.status, "placed")
    if order.status == "ready" and order.fulfilment == "delivery":
        here = "picking"
    position = way.index(here) if here in way else 0
    reached = {event.to_state: event.at for event in order.events if event.to_state and event.line_no is None}
    reached.setdefault("placed", order.placed_at)
    return [_step(order, name, number - position, reached.get(name)) for number, name in enumerate(way)]


def _step(order: OrderDetail, name: str, ahead: int, reached: datetime | None) -> Step:
    """``ahead``: how many steps it is after the current one."""
    label, state = STEP_WORDS[name], "todo"
    if ahead < 0 or order.status in COMPLETE_STATES:
        state = "done"
    elif ahead == 0 and order.status == "backordered":
        label, state = "Waiting for stock", "problem"
    elif ahead == 0:
        state = "current"
    at = when_words(reached, zone_of(order), now()) if reached is not None and state != "todo" else None
    return Step(label, state, at)


def promise(order: OrderDetail) -> str | None:
    """``Ready by tomorrow 6:30 am at Albany Central``: what the customer can count on."""
    if order.status == "backordered" or (order.is_open and order.nothing_there):
        return WHEN_IT_HAS_COME_IN
    if order.status in ("placed", "accepted", "picking") and order.promised_at:
        return _promise_before_ready(order, when_words(order.promised_at, zone_of(order), now()))
    if order.status == "ready" and order.fulfilment == "pickup":
        return f"Ready to collect at {order.store_name}"
    if order.status == "out" and order.promised_at:
        return f"On its way, with you by {when_words(order.promised_at, zone_of(order), now())}"
    return None


def _promise_before_ready(order: OrderDetail, when: str) -> str:
    if order.fulfilment == "delivery":
        return f"Delivered by {when}"
    window = pickup_window(order)
    return f"Collect {window} at {order.store_name}" if window else f"Ready by {when} at {order.store_name}"


def pickup_window(order: OrderDetail) -> str:
    """``tomorrow 7:00 am to 8:00 am``; empty for an order without a pickup window."""
    if not order.window_start or not order.window_end:
        return ""
    return window_words(order.window_start, order.window_end, zone_of(order), now())


def zone_of(order: OrderDetail) -> str:
    """The store's time zone, or the reader's for an order without a store."""
    return order.store_zone or actor().time_zone


def hours_words(schedule: Schedule | None) -> str:
    """``Open until 6:00 pm`` or ``Opens tomorrow 7:00 am``, on the store's clock."""
    if schedule is None:
        return ""
    closes = closing(schedule, now())
    if closes is not None:
        return f"Open until {when_words(closes, schedule.zone, now()).removeprefix('today ')}"
    opens = next_opening(schedule, now())
    return f"Opens {when_words(opens, schedule.zone, now())}" if opens else "Closed until further notice"
