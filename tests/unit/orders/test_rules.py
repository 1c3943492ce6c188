"""Packs and quantities, pickup codes, calendar entries."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.orders.numbers import CODE_LETTERS, new_pickup_code
from portal.orders.quantities import parse_quantity, quantity_problem, round_down, round_up
from portal.orders.tracking.calendar import calendar_entry


@given(st.integers(1, 10_000), st.integers(1, 100))
def test_packs(quantity: int, pack: int) -> None:
    up, down = round_up(quantity, pack), round_down(quantity, pack)
    assert up % pack == down % pack == 0
    assert down <= quantity <= up < quantity + pack
    assert (quantity_problem(quantity, pack) is None) == (quantity % pack == 0)


@pytest.mark.parametrize(
    ("quantity", "pack", "words"),
    [
        (5, 4, "Sold in packs of 4: take 4 or 8."),
        (3, 4, "Sold in packs of 4: take 4."),
        (0, 1, "Take at least 1."),
        (None, 1, "Give the quantity as a whole number."),
        (100_001, 1, "That is more than 100,000. Call us for an order of that size."),
    ],
)
def test_what_is_wrong_with_a_quantity(quantity: int | None, pack: int, words: str) -> None:
    assert quantity_problem(quantity, pack) == words


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        (" 1,200 ", 1200),
        ("4.0", 4),
        ("1,5", None),
        ("1 5", None),
        ("", None),
        ("1.5", None),
        ("-3", None),
        ("٣", None),
        ("9" * 10, None),
    ],
)
def test_quantities_as_typed(text: str, value: int | None) -> None:
    assert parse_quantity(text) == value


def test_pickup_codes_are_easy_to_read() -> None:
    code = new_pickup_code()
    assert len(code) == 6
    assert set(code) <= set(CODE_LETTERS)
    assert not set(CODE_LETTERS) & set("0O1IL2Z5S8B")


def test_calendar_entry_folds_and_escapes() -> None:
    order = SimpleNamespace(
        number="CP-1",
        fulfilment="pickup",
        window_start=None,
        window_end=None,
        promised_at=datetime(2026, 6, 2, 15, tzinfo=UTC),
        store_name="Dock; Street, " + "ä" * 60,
        store_line1="1 Mill Road",
        store_city="Albany",
    )
    entry = calendar_entry(order, datetime(2026, 6, 2, tzinfo=UTC))
    assert all(len(row.encode()) <= 75 for row in entry.split("\r\n"))
    assert "Dock\\; Street\\, " in entry.replace("\r\n ", "")
    assert "DTSTART:20260602T150000Z" in entry
