"""What stands on an order's page: its steps, what was promised, where its units are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.foundation.money import format_minor
from portal.orders.promise import when_words, window_words
from portal.orders.status import COMPLETE_STATES, ICONS, STEPS, TONES, label
from portal.orders.tracking.queries.order import OrderDetail
from portal.stores.hours.opening import Schedule, closing, next_opening
from portal.web.filters import day, moment
from portal.web.sessions import actor
from portal.web.transaction import now

# Where the steps stand for each state of the order.
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


def shows_code(order: OrderDetail) -> bool:
    """The code is of use while something can still be collected."""
    return bool(order.pickup_code) and order.fulfilment == "pickup" and order.is_open


def spaced(code: str) -> str:
    """``K7P QXA``: easier to read aloud."""
    return f"{code[:3]} {code[3:]}" if len(code) == 6 else code


def parts_of(order: OrderDetail) -> Callable[[Any], list[tuple[str, str, str]]]:
    """For a line: where its units are, as words, tone and icon. Nothing, where the whole line is where the
    order is, because the order's own status says it."""

    def parts(line: Any) -> list[tuple[str, str, str]]:
        found = [
            (line.quantity_fulfilled, "out" if line.state == "out" else done),
            (line.quantity_ready, "ready"),
            (line.quantity_reserved - line.quantity_ready, working(line)),
            (line.quantity_backordered, "backordered"),
            (line.quantity_cancelled, "cancelled"),
        ]
        where = [(units, state) for units, state in found if units]
        if len(where) == 1:
            same = where[0][1] == order.status
            return [] if same else [_part(label(where[0][1], order.fulfilment), where[0][1])]
        return [_part(f"{units:,} {label(state, order.fulfilment).lower()}", state) for units, state in where]

    def working(line: Any) -> str:
        return line.state if line.state in ("placed", "accepted", "tinting") else "picking"

    done = "delivered" if order.fulfilment == "delivery" else "collected"
    return parts


def _part(words: str, state: str) -> tuple[str, str, str]:
    return words, TONES[state], ICONS[state]


def about(order: OrderDetail) -> list[tuple[str, str]]:
    """The facts beside an order."""
    zone = order.store_zone or actor().time_zone
    window = ""
    if order.window_start and order.window_end:
        window = window_words(order.window_start, order.window_end, zone, now())
    behalf = order.delegation_id is not None
    pairs = [
        ("Placed", moment(order.placed_at)),
        ("Ordered by", order.subject_name or order.placed_by_name),
        ("Placed by", f"{order.placed_by_name}, our sales rep" if behalf else ""),
        ("Their reason", order.on_behalf_reason if behalf else ""),
        ("PO number", order.po_number),
        ("Job", order.job_name),
        ("Pickup window", window),
        ("Collected by" if order.status == "collected" else "Who collects", order.pickup_person),
        ("Their phone", order.pickup_phone),
        ("Wanted on", day(order.delivery_date) if order.delivery_date else ""),
    ]
    return [(name, value) for name, value in pairs if value]


def slip_facts(order: OrderDetail) -> list[tuple[str, str]]:
    """What stands at the head of a packing slip."""
    pairs = [
        ("Company", order.company_name),
        ("PO number", order.po_number),
        ("Job", order.job_name),
        ("Placed", moment(order.placed_at)),
        ("Ordered by", order.subject_name or order.placed_by_name),
        ("Who collects", order.pickup_person),
        ("Deliver to", ship_to_words(order.ship_to) if order.fulfilment == "delivery" else ""),
        *amount_facts(order),
        ("Note", order.note),
    ]
    return [(name, value) for name, value in pairs if value]


def amount_facts(order: OrderDetail) -> list[tuple[str, str]]:
    """What the order came to, with its tax where it carries any."""
    owed = order.total_minor - order.cancelled_minor
    pairs = [("Total", format_minor(owed, order.currency))]
    if order.tax_words:
        pairs.insert(
            0, (order.tax_words, format_minor(order.tax_minor - order.cancelled_tax_minor, order.currency))
        )
    return pairs


def sum_rows(order: OrderDetail) -> list[tuple[str, str]]:
    """What the order's total is made of: the goods, their tax, and what has been cancelled of both."""
    currency = order.currency
    rows = [
        ("Ordered", format_minor(order.net_minor if order.tax_words else order.total_minor, currency)),
        (order.tax_words, format_minor(order.tax_minor, currency)),
    ]
    if order.cancelled_minor:
        words = "Cancelled, with tax" if order.tax_minor else "Cancelled"
        rows.append((words, format_minor(-order.cancelled_minor, currency)))
    return [(words, amount) for words, amount in rows if words]


def ship_to_words(address: dict[str, Any] | None) -> str:
    """An address on one line."""
    parts = (address or {}).get
    place = f"{parts('city', '')}, {parts('region', '')} {parts('postcode', '')}".strip(", ")
    return ", ".join(each for each in (parts("recipient"), parts("line1"), parts("line2"), place) if each)


def steps(order: OrderDetail) -> list[dict[str, Any]]:
    """The order's way for the tracker, each step with when it happened."""
    if order.kind != "order" or order.status == "cancelled":
        return []
    way = STEPS.get(order.fulfilment, STEPS["pickup"])
    zone = order.store_zone or actor().time_zone
    at = {event.to_state: event.at for event in order.events if event.to_state and event.line_no is None}
    at.setdefault("placed", order.placed_at)
    here = STEP_OF.get(order.status, "placed")
    if order.status == "ready" and order.fulfilment == "delivery":
        here = "picking"
    position = way.index(here) if here in way else 0
    shown = []
    for number, step in enumerate(way):
        done = number < position or order.status in COMPLETE_STATES
        state = "done" if done else ("current" if number == position else "todo")
        if state == "current" and order.status == "backordered":
            state = "problem"
        words = when_words(at[step], zone, now()) if (done or number == position) and step in at else None
        name = "Waiting for stock" if state == "problem" else STEP_WORDS[step]
        shown.append({"label": name, "state": state, "at": words})
    return shown


def promise(order: OrderDetail) -> str | None:
    """``Ready by tomorrow 6:30 am at Albany Central``: what the customer can count on."""
    zone = order.store_zone or actor().time_zone
    if order.status in ("placed", "accepted", "picking") and order.promised_at:
        when = when_words(order.promised_at, zone, now())
        if order.fulfilment == "delivery":
            return f"Delivered by {when}"
        if order.window_start and order.window_end:
            window = window_words(order.window_start, order.window_end, zone, now())
            return f"Collect {window} at {order.store_name}"
        return f"Ready by {when} at {order.store_name}"
    if order.status == "ready" and order.fulfilment == "pickup":
        return f"Ready to collect at {order.store_name}"
    if order.status == "out" and order.promised_at:
        return f"On its way, with you by {when_words(order.promised_at, zone, now())}"
    if order.status == "backordered":
        return "Waiting for stock. We write as soon as it is in."
    return None


def hours_words(schedule: Schedule | None) -> str:
    """``Open until 6:00 pm`` or ``Opens tomorrow 7:00 am``, on the store's clock."""
    if schedule is None:
        return ""
    closes = closing(schedule, now())
    if closes is not None:
        return f"Open until {when_words(closes, schedule.zone, now()).removeprefix('today ')}"
    opens = next_opening(schedule, now())
    return f"Opens {when_words(opens, schedule.zone, now())}" if opens else "Closed until further notice"
