"""When an invoice is due under every kind of terms, at the ends of months and years, too."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.billing.terms.due import Terms, discount, due_on

JAN_31, FEB_1, FEB_28 = date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28)
LEAP, DEC_31 = date(2028, 2, 29), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("kind", "days", "issued", "due"),
    [
        ("net", 0, JAN_31, JAN_31),
        ("net", 1, JAN_31, FEB_1),
        ("net", 30, JAN_31, date(2026, 3, 2)),
        ("net", 30, FEB_1, date(2026, 3, 3)),
        ("net", 1, FEB_28, date(2026, 3, 1)),
        ("net", 1, date(2028, 2, 28), LEAP),
        ("net", 60, DEC_31, date(2027, 3, 1)),
        ("eom", 0, FEB_1, FEB_28),
        ("eom", 0, FEB_28, FEB_28),
        ("eom", 0, date(2028, 2, 1), LEAP),
        ("eom", 0, DEC_31, DEC_31),
        ("eom", 1, FEB_1, date(2026, 3, 1)),
        ("eom", 10, date(2026, 1, 1), date(2026, 2, 10)),
        ("eom", 10, JAN_31, date(2026, 2, 10)),
        ("eom", 10, FEB_1, date(2026, 3, 10)),
        ("eom", 10, LEAP, date(2028, 3, 10)),
        ("eom", 30, JAN_31, date(2026, 3, 2)),
        ("eom", 15, date(2026, 4, 30), date(2026, 5, 15)),
        ("eom", 15, date(2026, 12, 1), date(2027, 1, 15)),
        ("eom", 60, DEC_31, date(2027, 3, 1)),
    ],
)
def test_the_due_day(kind: str, days: int, issued: date, due: date) -> None:
    """Seen failing with the days after the end of the month left out, with the days counted from the day of issue
    in both kinds, and with every month taken to have 28 days."""
    assert due_on(Terms(kind, days), issued) == due


@pytest.mark.parametrize("days", [0, 1, 10, 30, 45, 90])
@pytest.mark.parametrize("issued", [JAN_31, FEB_1, FEB_28, LEAP, DEC_31])
def test_every_day_of_the_terms_counts(days: int, issued: date) -> None:
    """N days later than terms without days, whatever they are counted from. Seen failing with the days after the end
    of the month left out."""
    for kind in ("net", "eom"):
        assert due_on(Terms(kind, days), issued) - due_on(Terms(kind, 0), issued) == timedelta(days=days)


def test_the_discount_counts_from_the_day_of_issue_under_both_kinds() -> None:
    """Seen failing with the discount's days counted from the end of the month."""
    for kind in ("net", "eom"):
        terms = Terms(kind, 30, discount_bp=200, discount_days=10)
        assert discount(terms, JAN_31, 10_025) == (date(2026, 2, 10), 201)
        assert discount(terms, FEB_1, 10_025) == (date(2026, 2, 11), 201)
