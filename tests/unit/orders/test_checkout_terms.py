"""Delivery days and PO numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from portal.orders.checkout.terms import delivered_by, delivery_problem, first_delivery_day, po_of, po_problem


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
