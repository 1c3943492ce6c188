"""How prices are written: as amounts, and in full where the rest of the decimals matters."""

from __future__ import annotations

from decimal import Decimal

import pytest

from portal.foundation.money import format_price_change, format_unit_price


@pytest.mark.parametrize(
    ("price", "quantity", "words"),
    [
        ("115.6532", None, "$115.6532"),  # what was agreed
        ("115.6500", None, "$115.65"),
        ("115.6532", 1, "$115.65"),
        ("115.6532", 2, "$115.6532"),  # 2 × 115.65 is a cent less than the sum beside it
        ("0.0375", 1, "$0.04"),
        ("0.0375", 400, "$0.0375"),
        ("-3.5000", 2, "-$3.50"),
    ],
)
def test_decimals_beyond_the_currency(price: str, quantity: int | None, words: str) -> None:
    assert format_unit_price(Decimal(price), "USD", quantity) == words


def test_a_currency_without_decimals() -> None:
    assert format_unit_price(Decimal("1200"), "JPY", 3) == "¥1,200"
    assert format_unit_price(Decimal("0.5"), "JPY", 3) == "¥0.5"


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("112.9440", "115.6532", ("$112.94", "$115.65")),
        ("41.2", "43.10", ("$41.20", "$43.10")),
        ("115.6510", "115.6532", ("$115.651", "$115.6532")),  # as amounts they would be the same
        ("0.0375", "0.0410", ("$0.0375", "$0.041")),  # as amounts both would be $0.04
        ("0.0375", "0.0610", ("$0.0375", "$0.061")),  # $0.06 would be far off
        ("0", "5.1234", ("$0.00", "$5.12")),
    ],
)
def test_prices_that_are_compared(was: str, now: str, words: tuple[str, str]) -> None:
    assert format_price_change(Decimal(was), Decimal(now), "USD") == words
