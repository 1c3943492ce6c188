"""States of orders and of their lines: which may follow which, what each is called, and what is recorded.

An order moves along one table. While it is being prepared its state follows from its lines
(:func:`order_state`), so part of it can be ready or handed over while the rest waits for stock.

Quantities of a line always add up: ``quantity = reserved + fulfilled + backordered + cancelled``, where
``reserved`` is what the store holds for it, and ``ready`` is the part of that at the counter.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

# from → {to: the touchpoint that records it}
TRANSITIONS: dict[str, dict[str, str]] = {
    "placed": {"accepted": "order_accepted", "cancelled": "order_cancelled"},
    "accepted": {"picking": "order_picked", "backordered": "backordered", "cancelled": "order_cancelled"},
    "picking": {
        "ready": "ready_for_pickup",
        "backordered": "backordered",
        "collected": "picked_up",  # the last lines were short and cancelled after a part was collected
        "delivered": "delivered",
        "cancelled": "order_cancelled",  # everything was short and nobody wants to wait
    },
    "ready": {
        "picking": "order_picked",  # stock came for the rest
        "collected": "picked_up",
        "out": "shipped",
        "delivered": "delivered",
        "backordered": "backordered",
        "cancelled": "order_cancelled",
    },
    "out": {"delivered": "delivered", "backordered": "backordered"},
    "backordered": {
        "picking": "order_picked",  # stock came
        "collected": "picked_up",  # the rest was cancelled after a part was collected
        "delivered": "delivered",
        "cancelled": "order_cancelled",
    },
    "collected": {},
    "delivered": {},
    "cancelled": {},
}

LINE_TRANSITIONS: dict[str, frozenset[str]] = {
    "placed": frozenset({"accepted", "picking", "tinting", "ready", "backordered", "cancelled"}),
    "accepted": frozenset({"picking", "tinting", "ready", "backordered", "cancelled"}),
    "picking": frozenset({"tinting", "ready", "backordered", "collected", "delivered", "cancelled"}),
    "tinting": frozenset({"picking", "ready", "backordered", "collected", "delivered", "cancelled"}),
    "ready": frozenset({"picking", "collected", "out", "backordered", "cancelled"}),
    "out": frozenset({"delivered", "backordered"}),
    "backordered": frozenset({"picking", "tinting", "ready", "collected", "delivered", "cancelled"}),
    "collected": frozenset(),
    "delivered": frozenset(),
    "cancelled": frozenset(),
}

ORDER_STATES = tuple(TRANSITIONS)
LINE_STATES = tuple(LINE_TRANSITIONS)
OPEN_STATES = ("placed", "accepted", "picking", "ready", "out", "backordered")
COMPLETE_STATES = ("collected", "delivered")
CLOSED_STATES = (*COMPLETE_STATES, "cancelled")
# Nobody at the store has begun.
UNTOUCHED_STATES = ("placed", "accepted")
# Nothing is ready yet: after the promised time these are late.
UNREADY_STATES = (*UNTOUCHED_STATES, "picking")
# The customer may still change their mind: nothing has been picked, or it waits for stock.
CANCELLABLE_STATES = ("placed", "accepted", "backordered")
# Lines on which somebody at the store still has work.
IN_WORK = ("placed", "accepted", "picking", "tinting")

LABELS = {
    "placed": "Placed",
    "accepted": "Accepted",
    "picking": "Being prepared",
    "tinting": "Being tinted",
    "ready": "Ready for pickup",
    "collected": "Collected",
    "out": "Out for delivery",
    "delivered": "Delivered",
    "backordered": "Backordered",
    "cancelled": "Cancelled",
}
TONES = {
    "placed": "info",
    "accepted": "info",
    "picking": "progress",
    "tinting": "progress",
    "ready": "ok",
    "collected": "neutral",
    "out": "progress",
    "delivered": "neutral",
    "backordered": "warn",
    "cancelled": "neutral",
}
ICONS = {
    "placed": "note",
    "accepted": "check",
    "picking": "clock",
    "tinting": "tint",
    "ready": "check",
    "collected": "check",
    "out": "truck",
    "delivered": "check",
    "backordered": "pause",
    "cancelled": "cross",
}
# Steps that a customer follows, in order.
STEPS = {
    "pickup": ("placed", "accepted", "picking", "ready", "collected"),
    "delivery": ("placed", "accepted", "picking", "out", "delivered"),
}

SHORT_REASONS = {
    "damaged": "Damaged",
    "not_found": "Not found on the shelf",
    "miscounted": "Fewer there than counted",
    "mistinted": "Tinted to the wrong colour",
}
# What the customer reads.
SHORT_WORDS = {
    "damaged": "was damaged in the store",
    "not_found": "was not on the shelf",
    "miscounted": "was fewer than our count said",
    "mistinted": "came out in the wrong colour",
}


class Quantities(NamedTuple):
    """Units of a line by where they are. ``ready`` is part of ``reserved``."""

    ordered: int
    reserved: int
    ready: int
    fulfilled: int
    backordered: int
    cancelled: int

    @property
    def add_up(self) -> bool:
        """True for quantities that a line may have."""
        whole = self.reserved + self.fulfilled + self.backordered + self.cancelled == self.ordered
        return whole and min(self) >= 0 and self.ready <= self.reserved

    @property
    def to_pick(self) -> int:
        """Units that somebody still has to fetch or tint."""
        return self.reserved - self.ready


def can(state: str, to: str) -> bool:
    """True if an order in ``state`` may go to ``to``."""
    return to in TRANSITIONS.get(state, {})


def can_line(state: str, to: str) -> bool:
    """True if a line in ``state`` may go to ``to``."""
    return to in LINE_TRANSITIONS.get(state, frozenset())


def touchpoint(state: str, to: str, fulfilment: str = "pickup") -> str:
    """Name of the touchpoint that records the move; goods for delivery are picked, not ready for pickup."""
    name = TRANSITIONS[state][to]
    return "order_picked" if name == "ready_for_pickup" and fulfilment == "delivery" else name


def label(state: str, fulfilment: str = "pickup") -> str:
    """The state in plain words."""
    if state == "ready" and fulfilment == "delivery":
        return "Packed for delivery"
    return LABELS.get(state, state.capitalize())


def line_state_when_placed(reserved: int, backordered: int) -> str:
    """State of a line at placement: it waits only if nothing of it could be reserved."""
    return "placed" if reserved or not backordered else "backordered"


def line_state(now: Quantities, state: str, fulfilment: str) -> str:
    """State of a line after its quantities changed; ``state`` was its state before.

    What has to be picked keeps its kind of work; then what is ready, then what waits for stock, then what
    was handed over, decides.
    """
    if now.to_pick:
        return state if state in IN_WORK else "picking"
    if now.ready:
        return "ready"
    if now.backordered:
        return "backordered"
    if now.fulfilled:
        return "delivered" if fulfilment == "delivery" else "collected"
    return "cancelled"


def order_state(lines: Collection[str]) -> str:
    """State of an order in preparation, from the states of its lines: the most urgent one wins."""
    states = set(lines)
    if states.intersection(IN_WORK):
        return "picking"
    for state in ("ready", "out", "backordered", "collected", "delivered"):
        if state in states:
            return state
    return "cancelled"


def is_partly_ready(state: str, ready_units: int) -> bool:
    """True if something can be collected while the rest is still being prepared."""
    return state == "picking" and ready_units > 0
