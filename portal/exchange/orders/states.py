"""Which orders and lines may be imported: the state tables of docs/data-formats.md. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from portal.intake.tables import Values
from portal.orders.status import CLOSED_STATES, COMPLETE_STATES, IN_WORK, OPEN_STATES

ALLOWED_LINES = {
    "placed": {"placed", "backordered", "cancelled"},
    "accepted": {"accepted", "backordered", "cancelled"},
    "picking": {"accepted", "picking", "tinting", "ready", "backordered", "cancelled"},
    "ready": {"ready", "backordered", "cancelled"},
    "collected": {"collected", "cancelled"},
    "out": {"out", "backordered", "cancelled"},
    "delivered": {"delivered", "cancelled"},
    "cancelled": {"cancelled"},
    "backordered": {"backordered", "collected", "delivered", "cancelled"},
}
ONLY_PICKUP = {"collected"}
ONLY_DELIVERY = {"out", "delivered"}
UNTOUCHED = {*IN_WORK, "cancelled"}
# More than any order, and little enough that sums of a company's orders stay whole numbers of the database.
MOST_OF_A_LINE = 1_000_000
MOST_UNITS = 1_000_000_000
MOST_MINOR = 10_000_000_000_000


def order_reasons(v: Values, now: datetime) -> list[str]:
    """What is wrong with the parsed fields of an order's row, its lines aside."""
    reasons = [*_times(v, now), *_person(v), *_credit(v)]
    status, fulfilment = v.get("status"), v.get("fulfilment")
    wrong_way = (status in ONLY_PICKUP and fulfilment == "delivery") or (
        status in ONLY_DELIVERY and fulfilment == "pickup"
    )
    if wrong_way:
        reasons.append(f"status: not possible with {fulfilment}")
    if v.get("pickup_person") and fulfilment == "delivery":
        reasons.append("pickup_person: only for pickup")
    if fulfilment == "delivery" and not v.get("address_label"):
        reasons.append("address_label: missing")
    if fulfilment == "pickup" and v.get("address_label"):
        reasons.append("address_label: only for delivery")
    return reasons


def _times(v: Values, now: datetime) -> list[str]:
    return [*_order_of_times(v, now), *_window(v), *_missing_times(v)]


def _order_of_times(v: Values, now: datetime) -> Iterator[str]:
    placed, ready = v.get("placed_at"), v.get("ready_at")
    for name in ("placed_at", "ready_at", "closed_at"):
        if v.get(name) is not None and v[name] > now:
            yield f"{name}: in the future"
    for name in ("promised_at", "ready_at", "closed_at"):
        if v.get(name) is not None and placed is not None and v[name] < placed:
            yield f"{name}: before placed_at"
    if ready is not None and v.get("closed_at") is not None and v["closed_at"] < ready:
        yield "closed_at: before ready_at"


def _window(v: Values) -> Iterator[str]:
    start, end = v.get("window_start"), v.get("window_end")
    if (start is None) != (end is None):
        yield "window_start: only one of window_start and window_end"
    elif start is not None and end is not None and end <= start:
        yield "window_end: not later than window_start"


def _missing_times(v: Values) -> Iterator[str]:
    status = v.get("status")
    if v.get("promised_at") is None and status in {"placed", "accepted", "picking", "ready", "out"}:
        yield "promised_at: missing"
    if v.get("ready_at") is None and status == "ready":
        yield "ready_at: missing"
    if v.get("closed_at") is None and status in CLOSED_STATES:
        yield "closed_at: missing"
    if v.get("closed_at") is not None and status in OPEN_STATES:
        yield "closed_at: the order is not closed"


def _person(v: Values) -> list[str]:
    if v.get("on_behalf_of_email") and not v.get("on_behalf_reason"):
        return ["on_behalf_reason: missing"]
    if v.get("on_behalf_reason") and not v.get("on_behalf_of_email"):
        return ["on_behalf_reason: only with on_behalf_of_email"]
    return []


def _credit(v: Values) -> Iterator[str]:
    if v.get("kind") != "credit":
        return
    if v.get("status") not in {None, "collected", "delivered"}:
        yield "status: not possible with a credit"
    if v.get("window_start") is not None:
        yield "window_start: not possible with a credit"


def line_reasons(v: Values, status: str | None, *, tintable: bool, is_credit: bool = False) -> list[str]:
    """What is wrong with a line of an order in ``status``."""
    reasons = list(_odd_amounts(v, status, is_credit))
    state = v.get("state")
    if status in ALLOWED_LINES and state is not None and state not in ALLOWED_LINES[status]:
        reasons.append(f"state: not possible in an order that is {status}")
    reasons.extend(_fulfilled(v, state))
    if v.get("colour_number") and not tintable:
        reasons.append("colour_number: the product is not tintable")
    if v.get("colour_number") and not v.get("colour_name"):
        reasons.append("colour_name: missing")
    return reasons


def _odd_amounts(v: Values, status: str | None, is_credit: bool) -> Iterator[str]:
    """What is over may have had freight, discounts and returns in it; what a store still has to pick may not."""
    quantity, price = v.get("quantity"), v.get("unit_price")
    if quantity is not None and not 0 < abs(quantity) <= MOST_OF_A_LINE:
        yield f"quantity: not between 1 and {MOST_OF_A_LINE}"
    elif quantity is not None and is_credit and quantity < 0:
        yield "quantity: not possible below zero with a credit"
    elif quantity is not None and status not in CLOSED_STATES and not is_plain(quantity):
        yield f"quantity: not between 1 and {MOST_OF_A_LINE}"
    if price is not None and price < 0 and status not in CLOSED_STATES:
        yield "unit_price: not possible below zero in an open order"


def _fulfilled(v: Values, state: str | None) -> Iterator[str]:
    done, quantity = v.get("quantity_fulfilled"), v.get("quantity")
    if state is None or done is None or not quantity:
        return
    if not is_plain(quantity) and state in COMPLETE_STATES:
        if done != quantity:
            yield f"quantity_fulfilled: not {quantity}"
        return
    low, high = fulfilled_range(state, quantity)
    if not low <= done <= high or done != int(done):
        yield f"quantity_fulfilled: not between {low} and {high}"


def is_plain(quantity: Decimal) -> bool:
    """Whether it is whole units that were handed over, and not parts of one, or what came back."""
    return quantity >= 1 and quantity == int(quantity)


def fulfilled_range(state: str, quantity: int | Decimal) -> tuple[int, int]:
    """Lowest and highest ``quantity_fulfilled`` of a line in ``state``."""
    if state in UNTOUCHED:
        return 0, 0
    if state == "backordered":
        return 0, int(quantity) - 1
    return 1, int(quantity)


def size_reason(quantities: Iterable[int], totals: Iterable[int]) -> str | None:
    """Why an order is larger than any can be; None for all others."""
    if sum(map(abs, quantities)) > MOST_UNITS:
        return f"the lines come to more than {MOST_UNITS:,} units"
    if sum(map(abs, totals)) > MOST_MINOR:
        return f"the lines come to more than {MOST_MINOR:,} of the currency's minor units"
    return None


def whole_order_reasons(status: str | None, states: list[str]) -> list[str]:
    """What is wrong with an order and its lines together."""
    if not states:
        return ["the order has no lines"]
    if status != "cancelled" and all(state == "cancelled" for state in states):
        return [f"status: not possible with cancelled lines only ({status})"]
    if status == "backordered" and "backordered" not in states:
        return ["status: not possible without a backordered line (backordered)"]
    return []
