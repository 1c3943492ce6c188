"""Which orders and lines may be imported: the state tables of docs/data-formats.md. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from portal.intake.tables import Values
from portal.orders.status import CLOSED_STATES, OPEN_STATES

ONLY_PICKUP = {"collected"}
ONLY_DELIVERY = {"out", "delivered"}
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
