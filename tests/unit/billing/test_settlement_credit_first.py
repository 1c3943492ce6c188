"""How much of a company's own credit goes onto which invoice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from portal.billing.settlement.credit_first import Use, Wanted, cash_uses, memo_shares, plan

TODAY = date(2026, 6, 2)


@dataclass(frozen=True)
class Bill:
    """An invoice of which nothing is paid; 2 % off with a discount."""

    id: int
    total_minor: int
    discount_minor: int = 0
    paid_minor: int = 0
    credited_minor: int = 0
    discount_until: date | None = TODAY
    terms_words: str = "2/10 net 30"
    number: str = "INV-1"
    currency: str = "USD"

    @property
    def open_minor(self) -> int:
        return self.total_minor

    @property
    def free_minor(self) -> int:
        return self.total_minor


def test_the_oldest_money_goes_onto_the_first_invoice() -> None:
    wanted = [Wanted(1, 100), Wanted(2, 50)]
    assert cash_uses(wanted, [(7, 30), (8, 90), (9, 500)]) == [
        Use(7, 1, 30),
        Use(8, 1, 70),
        Use(8, 2, 20),
        Use(9, 2, 30),
    ]
    assert cash_uses(wanted, []) == []


def test_money_does_not_cost_a_discount() -> None:
    """Seen failing with a part of it put onto an invoice whose discount is for paying all at once."""
    wanted = [Wanted(1, 100, 2), Wanted(2, 50)]
    assert cash_uses(wanted, [(7, 120)]) == [Use(7, 2, 50)]
    planned = plan([Bill(1, 10_000, 200), Bill(2, 5_000)], [(7, 12_000)], [], TODAY)
    assert (planned.left, planned.saved_minor, planned.to_pay_minor) == ({1: 10_000}, 200, 9_800)


def test_memos_go_as_far_as_something_is_due() -> None:
    assert memo_shares(70, [(4, 30), (5, 60)]) == {4: 30, 5: 40}
    assert memo_shares(0, [(4, 30)]) == {}


@pytest.mark.parametrize(
    ("cash", "memo", "charged", "used"),
    [(1_500, 3_000, 18_587, 4_500), (50_000, 0, 0, 23_087), (0, 50_000, 0, 23_087), (0, 0, 23_087, 0)],
)
def test_the_rest_is_charged_or_nothing(cash: int, memo: int, charged: int, used: int) -> None:
    planned = plan([Bill(1, 23_087)], [(7, cash)] if cash else [], [(4, memo)] if memo else [], TODAY)
    assert (planned.to_pay_minor, planned.credit_minor) == (charged, used)


@pytest.mark.parametrize(
    ("memo", "saved", "to_pay"), [(3_000, 140, 6_860), (10_000, 0, 0), (12_000, 0, 0), (9_900, 2, 98)]
)
def test_no_discount_on_what_a_memo_covers(memo: int, saved: int, to_pay: int) -> None:
    """A memo of all of it covers all of it. Seen failing with a memo used for what is due after the discount, and 0.02 times
    the rest charged."""
    planned = plan([Bill(1, 10_000, 200)], [], [(4, memo)], TODAY)
    assert (planned.saved_minor, planned.to_pay_minor) == (saved, to_pay)
