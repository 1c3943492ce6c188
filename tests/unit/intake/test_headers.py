"""Which of a header's names is which column."""

from __future__ import annotations

import pytest

from portal.intake.headers import fold, not_read, read_header

COLUMNS = ("sku", "unit_price", "quantity", "colour_name")


@pytest.mark.parametrize(
    "name",
    [
        "Unit Price",
        "UNIT_PRICE",
        " unit-price ",
        "unit.price",
        "unit/price",
        "\ufeffunit_price",
        "Unit\u00a0price",
    ],
)
def test_case_and_what_stands_between_words_do_not_count(name: str) -> None:
    assert fold(name) == "unit_price"


def test_columns_are_found_by_their_names_or_by_what_others_call_them() -> None:
    found = read_header(["SKU", "Price", "Qty", "Color Name", ""], COLUMNS)
    assert found.positions == {"sku": 0, "unit_price": 1, "quantity": 2, "colour_name": 3}
    assert (found.unknown, found.repeated, found.width) == ([], [], 4)


def test_a_name_of_its_own_goes_before_one_that_means_the_same() -> None:
    found = read_header(["price", "unit_price"], COLUMNS)
    assert found.positions == {"unit_price": 1}
    assert found.unknown == ["price"]


def test_what_is_not_read_is_named_with_what_may_have_been_meant() -> None:
    found = read_header(["sku", "quantitty", "brand"], COLUMNS)
    assert not_read(found, COLUMNS) == ["quantitty (quantity?)", "brand"]


def test_a_column_may_stand_there_once() -> None:
    assert read_header(["sku", "Sku", "SKU"], COLUMNS).repeated == ["sku"]
