"""How much is to be paid ahead so that a draft can be placed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from portal.orders.credit_rescue.ahead import ahead_minor, missing_minor


@dataclass(frozen=True)
class Credit:
    limit_minor: int
    used_minor: int


@pytest.mark.parametrize(
    ("limit", "used", "paid", "ahead", "missing"),
    [
        (0, 0, 0, 4_252, 4_252),  # no limit: all of it
        (10_000, 8_000, 0, 4_252, 2_252),  # part of it would fit
        (10_000, 11_000, 0, 5_252, 5_252),  # the limit is passed already: that, too
        (10_000, 11_000 - 4_252, 4_252, 1_000, 1_000),  # paid for once, and still not enough
        (10_000, 11_000 - 5_252, 5_252, 0, 0),  # enough
        (10_000, 0, 6_000, 0, 0),  # more than it costs by now
    ],
)
def test_what_is_missing_less_what_was_paid(
    limit: int, used: int, paid: int, ahead: int, missing: int
) -> None:
    """Seen failing with the order's total alone, which took it a second time and did not make room."""
    credit = Credit(limit, used)
    assert ahead_minor(4_252, paid, credit) == ahead
    assert missing_minor(4_252, credit) == missing


@pytest.mark.parametrize("used", [-500, 0, 9_999, 10_000, 25_000])
@pytest.mark.parametrize("paid", [0, 1, 4_252, 9_000])
def test_paying_it_makes_room_exactly_once(used: int, paid: int) -> None:
    credit = Credit(10_000, used)
    more = max(0, ahead_minor(4_252, paid, credit))
    after = Credit(10_000, used - more)
    assert missing_minor(4_252, after) == 0
    assert ahead_minor(4_252, paid + more, after) <= 0
