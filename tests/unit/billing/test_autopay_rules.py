"""When autopay pays what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from portal.billing.autopay.rules import MandateOffer, Rule, is_wanted, mandate, may_try, within_limit
from portal.billing.autopay.run_days import next_run, run_day, runs_between
from portal.billing.methods.expiry import expiry
from portal.billing.settlement.split import spread
from portal.foundation.amounts import amount_field, parse_amount

DUE = date(2026, 7, 2)
ISSUED = date(2026, 6, 2)


@pytest.mark.parametrize(
    ("rule", "on", "pays"),
    [
        (Rule("due"), date(2026, 7, 1), False),
        (Rule("due"), date(2026, 7, 2), True),
        (Rule("due"), date(2026, 8, 1), True),
        (Rule("before", 5), date(2026, 6, 26), False),
        (Rule("before", 5), date(2026, 6, 27), True),
        (Rule("monthly", 1), date(2026, 6, 1), False),
        (Rule("monthly", 1), date(2026, 7, 1), True),
    ],
)
def test_which_invoices_a_run_pays(rule: Rule, on: date, pays: bool) -> None:
    assert is_wanted(rule, ISSUED, DUE, on) is pays


@pytest.mark.parametrize(
    ("day", "year", "month", "expected"),
    [
        (31, 2026, 2, 28),
        (31, 2028, 2, 29),
        (30, 2026, 2, 28),
        (31, 2026, 4, 30),
        (15, 2026, 2, 15),
        (31, 2026, 1, 31),
    ],
)
def test_a_day_that_a_month_has_not_got_is_its_last(day: int, year: int, month: int, expected: int) -> None:
    assert run_day(day, year, month) == date(year, month, expected)


@pytest.mark.parametrize(
    ("after", "until", "runs"),
    [
        (date(2026, 1, 30), date(2026, 1, 31), True),
        (date(2026, 1, 31), date(2026, 2, 27), False),
        (date(2026, 2, 27), date(2026, 2, 28), True),
        (date(2026, 2, 28), date(2026, 3, 1), False),
        (date(2026, 2, 27), date(2026, 3, 3), True),  # the worker stood still over the day
        (date(2026, 2, 28), date(2026, 2, 28), False),
        (None, date(2026, 2, 28), True),
        (None, date(2026, 2, 27), False),
    ],
)
def test_a_monthly_rule_runs_once_a_month_even_when_the_day_was_missed(
    after: date | None, until: date, runs: bool
) -> None:
    assert runs_between(Rule("monthly", 31), after, until) is runs


def test_every_day_of_two_years_has_one_run_a_month() -> None:
    for day in (1, 15, 28, 29, 30, 31):
        rule, today, runs = Rule("monthly", day), date(2027, 1, 1), []
        while today < date(2029, 1, 1):
            if runs_between(rule, today - timedelta(days=1), today):
                runs.append((today.year, today.month))
                assert next_run(rule, today - timedelta(days=1)) == today
            today += timedelta(days=1)
        assert runs == [(year, month) for year in (2027, 2028) for month in range(1, 13)]


def test_rules_that_follow_due_days_run_every_day_once() -> None:
    assert runs_between(Rule("due"), date(2026, 6, 1), date(2026, 6, 2))
    assert not runs_between(Rule("due"), date(2026, 6, 2), date(2026, 6, 2))
    assert next_run(Rule("due"), ISSUED) is None


@dataclass(frozen=True)
class Bill:
    free_minor: int
    issued_on: date = ISSUED
    due_on: date = DUE


def test_the_limit_of_a_run_is_kept_and_what_does_not_fit_is_left() -> None:
    bills = [Bill(600), Bill(500), Bill(400)]
    assert within_limit(Rule("due", limit_minor=1_000), bills) == ([bills[0], bills[2]], [bills[1]])
    assert within_limit(Rule("due"), bills) == (bills, [])


def test_a_charge_that_failed_is_tried_three_times_days_apart() -> None:
    on = date(2026, 7, 2)
    assert may_try(0, None, on)
    assert not may_try(1, on, on + timedelta(days=2))
    assert may_try(1, on, on + timedelta(days=3))
    assert may_try(2, on, on + timedelta(days=3))
    assert not may_try(3, on, on + timedelta(days=30))


def test_the_mandate_says_all_of_it() -> None:
    words = mandate(
        MandateOffer(rule=Rule("monthly", 3, 250_000), method_id=1, seller="Aldermoor Coatings"),
        company="Harbor Painting",
        use_credit=True,
        method="Visa ending 4242",
        currency="USD",
    )
    for part in (
        "Visa ending 4242",
        "on the 3rd of each month",
        "$2,500.00",
        "3 days ahead",
        "3 times in all",
    ):
        assert part in words
    offer = MandateOffer(rule=Rule("due"), method_id=1, seller="B")
    plain = mandate(offer, company="A", method="C", currency="USD", use_credit=False)
    assert "No more than" not in plain
    assert "used first" in words
    assert "are not used" in plain
    assert [Rule("monthly", n).words.split()[6] for n in (1, 2, 11, 12, 22, 23, 31)] == [
        "1st",
        "2nd",
        "11th",
        "12th",
        "22nd",
        "23rd",
        "31st",
    ]


@pytest.mark.parametrize(
    ("month", "year", "expected"),
    [(None, None, "never"), (5, 2026, "over"), (6, 2026, "soon"), (7, 2026, "soon"), (8, 2026, "later")],
)
def test_a_card_is_good_to_the_end_of_its_month(month: int | None, year: int | None, expected: str) -> None:
    assert expiry(month, year, date(2026, 6, 2)) == expected


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1,234.50", "USD", 123_450),
        ("$1,234.5", "USD", 123_450),
        (" 7 ", "USD", 700),
        (".5", "USD", 50),
        ("1234", "JPY", 1_234),
        ("1.234", "KWD", 1_234),
        ("KWD 1.2", "KWD", 1_200),
        ("0", "USD", 0),
        ("1,234,567.89", "USD", 123_456_789),
        ("12.", "USD", 1_200),
    ],
)
def test_amounts_as_people_type_them(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor
    assert parse_amount(amount_field(minor, currency), currency) == minor


@pytest.mark.parametrize(
    "text", ["", "abc", "-5", "1,23.00", "1.234", "1e5", "9" * 20, "١٢", "1 2", "NaN", "0,500"]
)
def test_what_is_no_amount_is_refused_with_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"[A-Z].*\."):
        parse_amount(text, "USD")
    with pytest.raises(ValueError, match="no decimals"):
        parse_amount("1.5", "JPY")


def test_money_is_spread_over_what_is_owed_in_order() -> None:
    assert spread(1_000, [(1, 600), (2, 0), (3, 700)]) == {1: 600, 3: 400}
    assert spread(0, [(1, 600)]) == {}
