"""Packs, pasted lists, delivery days, PO numbers, ordering again, codes, calendar entries."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.orders.checkout.terms import delivered_by, delivery_problem, first_delivery_day, po_of, po_problem
from portal.orders.drafts.pasted import read_pasted
from portal.orders.numbers import CODE_LETTERS, new_pickup_code
from portal.orders.quantities import parse_quantity, quantity_problem, round_down, round_up
from portal.orders.reorder.again import Again, Ordered, Standing, again
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
    [("12", 12), (" 1,200 ", 1200), ("", None), ("1.5", None), ("-3", None), ("٣", None), ("9" * 10, None)],
)
def test_quantities_as_typed(text: str, value: int | None) -> None:
    assert parse_quantity(text) == value


def test_pasted_lists() -> None:
    rows = read_pasted("SW-1\t3\n\n sw-2 ; x12 ; tc-0001\nSW-3\nSW-4 two\nSW-5 1 TC-1 more\n;;")
    assert [(row.sku, row.quantity, row.colour_number) for row in rows[:3]] == [
        ("SW-1", 3, None),
        ("sw-2", 12, "TC-0001"),
        ("SW-3", 1, None),
    ]
    assert [row.problem is None for row in rows] == [True, True, True, False, False, False]


def test_a_pasted_list_takes_200_lines() -> None:
    rows = read_pasted("\n".join(f"S-{n} 1" for n in range(203)))
    assert sum(1 for row in rows if row.problem) == 3


@given(st.text(max_size=400))
def test_any_pasted_text_is_read(text: str) -> None:
    assert all(row.raw for row in read_pasted(text))


def test_delivery_days() -> None:
    saturday, monday = date(2026, 6, 6), date(2026, 6, 8)
    assert first_delivery_day(saturday) == monday
    assert delivery_problem(saturday, saturday) == "The earliest delivery is tomorrow."
    assert delivery_problem(date(2026, 6, 7), saturday) == "We don't deliver on Sundays. Choose another day."
    assert delivery_problem(monday, saturday) is None
    assert delivery_problem(None, saturday) == "Choose the day of delivery."
    assert delivery_problem(date(2027, 6, 7), saturday) is not None
    assert delivered_by(monday, "America/New_York").astimezone(UTC) == datetime(2026, 6, 8, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mode", "typed", "job_po", "has_job", "po", "problem"),
    [
        ("free", "", None, False, "", None),
        ("free", "", "J-1", True, "J-1", None),
        ("free", "7731", "J-1", True, "7731", None),
        ("required", "", None, False, "", "po_number"),
        ("required", "", "J-1", True, "J-1", None),
        ("list", "7731", None, False, "", "job_id"),
        ("list", "7731", "J-1", True, "J-1", None),
        ("free", "x" * 41, None, False, "x" * 41, "po_number"),
    ],
)
def test_po_numbers(
    mode: str, typed: str, job_po: str | None, has_job: bool, po: str, problem: str | None
) -> None:
    found = po_of(mode, typed, job_po)
    assert found == po
    refused = po_problem(mode, found, has_job)
    assert (refused[0] if refused else None) == problem


def sold(**fields: object) -> Ordered:
    values: dict[str, object] = {
        "line_no": 1,
        "variant_id": 1,
        "sku": "A",
        "name": "Paint",
        "quantity": 4,
        "unit_price": Decimal("41.20"),
    }
    return Ordered(**{**values, **fields})  # type: ignore[arg-type]


def test_again_keeps_colour_and_rounds_to_packs() -> None:
    line = sold(colour_number="TC-1", colour_name="Fog", colour_was="TC-1")
    found = again(line, 5, Standing(1, "A", "Paint", 4, True, False), "CP-1")
    assert isinstance(found, Again)
    assert (found.quantity, found.colour_number) == (8, "TC-1")
    assert found.last_time["rounded_from"] == 5


def test_again_says_when_the_colour_is_lost_or_nothing_is_left() -> None:
    line = sold(colour_number="TC-1", colour_name="Fog", colour_was="TC-1")
    found = again(line, 4, Standing(2, "B", "Clear coat", 1, False, False), "CP-1")
    assert isinstance(found, Again)
    assert (found.colour_number, found.last_time["colour_lost"]) == (None, "Fog")
    assert isinstance(again(line, 4, None, "CP-1"), str)
    assert isinstance(again(line, 4, Standing(1, "A", "Paint", 1, True, True), "CP-1"), str)


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
