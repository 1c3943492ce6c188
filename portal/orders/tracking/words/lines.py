"""Where the units of a line are, in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from portal.orders.status import ICONS, TONES, label
from portal.orders.tracking.detail import DetailLine, OrderDetail


class Part(NamedTuple):
    """Some units of a line that are at the same place."""

    words: str
    tone: str
    icon: str


def parts_of(order: OrderDetail) -> Callable[[DetailLine], list[Part]]:
    """For a line: where its units are. Empty when the whole line is where the order is, because the order's own status
    says it."""
    return partial(_parts, order)


def _parts(order: OrderDetail, line: DetailLine) -> list[Part]:
    places = [(units, state) for units, state in _units_by_state(order, line) if units]
    if len(places) > 1:
        return [
            _part(f"{units:,} {label(state, order.fulfilment).lower()}", state) for units, state in places
        ]
    return [_part(label(state, order.fulfilment), state) for _, state in places if state != order.status]


def _units_by_state(order: OrderDetail, line: DetailLine) -> list[tuple[int, str]]:
    fulfilled = "delivered" if order.fulfilment == "delivery" else "collected"
    return [
        (line.quantity_fulfilled, "out" if line.state == "out" else fulfilled),
        (line.quantity_ready, "ready"),
        (
            line.quantity_reserved - line.quantity_ready,
            line.state if line.state in ("placed", "accepted", "tinting") else "picking",
        ),
        (line.quantity_backordered, "backordered"),
        (line.quantity_cancelled, "cancelled"),
    ]


def _part(words: str, state: str) -> Part:
    return Part(words, TONES[state], ICONS[state])
