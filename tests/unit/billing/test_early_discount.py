"""What paying early saves: of what is owed, at the agreed rate, lost only by paying in parts."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from portal.billing.documents.early import agreed_discount, early_discount

DAY = date(2026, 6, 10)


def invoice(total: int, **fields: object) -> SimpleNamespace:
    usual = {
        "open_minor": total,
        "paid_minor": 0,
        "credited_minor": 0,
        "discount_minor": round(total * 0.02),
        "discount_until": DAY,
        "terms_words": "2/10 net 30",
    }
    return SimpleNamespace(total_minor=total, **{**usual, **fields})


@pytest.mark.parametrize(
    ("fields", "left", "saved"),
    [
        ({}, 40_000, 800),
        ({"open_minor": 36_000, "credited_minor": 4_000}, 36_000, 720),
        ({"credited_minor": 4_000}, 40_000, 720),  # the memo is not used yet
        ({"open_minor": 36_000}, 36_000, 720),  # another invoice's memo was put onto it
        ({"open_minor": 30_000, "paid_minor": 10_000}, 30_000, 0),
        ({}, 30_000, 0),  # a payment for the rest is under way
        ({"discount_until": date(2026, 6, 9)}, 40_000, 0),
        ({"discount_until": None, "discount_minor": 0}, 40_000, 0),
        (
            {"paid_minor": 200, "open_minor": 39_800},
            39_800,
            0,
        ),  # a refund reopened it, its discount was given
        ({"credited_minor": 40_000}, 40_000, 0),
    ],
)
def test_of_what_is_owed(fields: dict[str, object], left: int, saved: int) -> None:
    assert early_discount(invoice(40_000, **fields), left, DAY) == saved


def test_what_credit_memos_cover_earns_nothing() -> None:
    assert early_discount(invoice(40_000), 40_000, DAY, by_memos_minor=4_000) == 720
    assert early_discount(invoice(40_000), 40_000, DAY, by_memos_minor=40_000) == 0


def test_the_rate_is_the_agreed_one_to_the_cent() -> None:
    """2 % of 75.25 is 1.51; in proportion of the rounded 2.00 of 100.24 it would be 1.50."""
    assert agreed_discount(invoice(10_024, discount_minor=200, open_minor=7_525), 7_525) == 151
    other = invoice(10_024, discount_minor=300, open_minor=7_525, terms_words="Imported")
    assert agreed_discount(other, 7_525) == 225
