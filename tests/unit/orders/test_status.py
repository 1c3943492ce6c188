"""The tables of states hold together, and a line's state follows from its quantities."""

from __future__ import annotations

import pytest

from portal.orders import status
from portal.orders.status import Quantities
from portal.touchpoints.kinds import kinds


def test_every_state_has_words_a_tone_and_an_icon() -> None:
    for state in {*status.ORDER_STATES, *status.LINE_STATES}:
        assert status.label(state)
        assert status.TONES[state] in {"neutral", "info", "progress", "ok", "warn", "bad"}
        assert status.ICONS[state]


def test_tables_lead_to_known_states_and_every_move_is_a_touchpoint() -> None:
    for state, moves in status.TRANSITIONS.items():
        for to in moves:
            assert to in status.TRANSITIONS
            for fulfilment in ("pickup", "delivery"):
                assert status.touchpoint(state, to, fulfilment) in kinds()
    for targets in status.LINE_TRANSITIONS.values():
        assert targets <= set(status.LINE_STATES)


def test_what_is_closed_stays_closed_and_what_is_open_can_close() -> None:
    assert all(not status.TRANSITIONS[state] for state in status.CLOSED_STATES)
    assert set(status.OPEN_STATES) | set(status.CLOSED_STATES) == set(status.ORDER_STATES)
    for start in status.OPEN_STATES:
        reached, todo = set(), [start]
        while todo:
            state = todo.pop()
            reached.add(state)
            todo.extend(set(status.TRANSITIONS[state]) - reached)
        assert reached & set(status.CLOSED_STATES), start


def test_cancelling_is_possible_from_exactly_the_cancellable_states_by_customers() -> None:
    assert all(status.can(state, "cancelled") for state in status.CANCELLABLE_STATES)
    assert not status.can("collected", "cancelled")
    assert not status.can("out", "cancelled")


@pytest.mark.parametrize(
    ("quantities", "before", "fulfilment", "after"),
    [
        (Quantities(5, 5, 0, 0, 0, 0), "tinting", "pickup", "tinting"),
        (Quantities(5, 5, 2, 0, 0, 0), "picking", "pickup", "picking"),
        (Quantities(5, 5, 5, 0, 0, 0), "picking", "pickup", "ready"),
        (Quantities(5, 3, 3, 0, 2, 0), "picking", "pickup", "ready"),
        (Quantities(5, 0, 0, 3, 2, 0), "ready", "pickup", "backordered"),
        (Quantities(5, 2, 0, 3, 0, 0), "backordered", "pickup", "picking"),
        (Quantities(5, 0, 0, 3, 0, 2), "ready", "pickup", "collected"),
        (Quantities(5, 0, 0, 3, 0, 2), "out", "delivery", "delivered"),
        (Quantities(5, 0, 0, 0, 0, 5), "placed", "pickup", "cancelled"),
    ],
)
def test_line_state_follows_from_quantities(
    quantities: Quantities, before: str, fulfilment: str, after: str
) -> None:
    assert quantities.add_up
    assert status.line_state(quantities, before, fulfilment) == after


@pytest.mark.parametrize(
    "wrong", [Quantities(5, 4, 0, 0, 0, 0), Quantities(5, 5, 6, 0, 0, 0), Quantities(5, 6, 0, 0, 0, -1)]
)
def test_quantities_that_cannot_be(wrong: Quantities) -> None:
    assert not wrong.add_up


@pytest.mark.parametrize(
    ("lines", "order"),
    [
        (["ready", "picking"], "picking"),
        (["ready", "backordered"], "ready"),
        (["out", "backordered"], "out"),
        (["collected", "backordered"], "backordered"),
        (["collected", "cancelled"], "collected"),
        (["cancelled", "cancelled"], "cancelled"),
    ],
)
def test_order_state_is_that_of_its_most_urgent_line(lines: list[str], order: str) -> None:
    assert status.order_state(lines) == order


def test_goods_for_delivery_are_picked_not_ready_for_pickup() -> None:
    assert status.touchpoint("picking", "ready", "delivery") == "order_picked"
    assert status.label("ready", "delivery") == "Packed for delivery"
