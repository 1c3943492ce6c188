"""What a field may contain, where offices write it in more ways than one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from portal.intake import cells


@pytest.mark.parametrize("word", ["yes", "Yes", "YES", "y", "TRUE", "true", "t", "1", "x", "On"])
def test_yes(word: str) -> None:
    assert cells.yes_no(word) is True


@pytest.mark.parametrize("word", ["no", "No", "N", "FALSE", "f", "0", "off"])
def test_no(word: str) -> None:
    assert cells.yes_no(word) is False


@pytest.mark.parametrize("word", ["maybe", "2", "yesno", "-1"])
def test_neither(word: str) -> None:
    with pytest.raises(cells.Wrong, match="not one of yes, no"):
        cells.yes_no(word)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12,50", "12.50"), ("1.234,5", "1234.5"), ("0,125", "0.125"), ("12", "12"), ("12.50", "12.50")],
)
def test_a_comma_separates_decimals_where_semicolons_separate_fields(typed: str, number: str) -> None:
    assert cells.price.with_commas(typed) == Decimal(number)


@pytest.mark.parametrize("typed", ["1.234", "12.500"])
def test_what_may_be_thousands_or_decimals_is_refused(typed: str) -> None:
    with pytest.raises(cells.Wrong, match="thousands or decimals"):
        cells.price.with_commas(typed)


@pytest.mark.parametrize("typed", ["1.23,5", "1,2,3", "01.234,5", "12,34567", "1.234.5"])
def test_other_numbers_with_commas_are_none(typed: str) -> None:
    with pytest.raises(cells.Wrong, match="not a price"):
        cells.price.with_commas(typed)


@pytest.mark.parametrize("typed", ["12,50", "1,234", "1,234.50"])
def test_commas_are_no_part_of_a_number_elsewhere(typed: str) -> None:
    with pytest.raises(cells.Wrong, match="not a price"):
        cells.price(typed)


@pytest.mark.parametrize(
    "number",
    [
        "M8 X 40",
        "M8+NUT",
        "M8#2",
        'M8"HEX',
        "M8(ZN)",
        "M8%5",
        "SÄGE-1",
        "-11083-5",
        "_4002",
        "M8*40",
        "=1",
        "a/b",
        "漆1",
    ],
)
def test_the_number_of_an_item_is_what_its_maker_prints(number: str) -> None:
    assert cells.item_number(40)(number) == number


@pytest.mark.parametrize("number", ["***", "漆", "a\x07", "a\u200bb", "\u202eabc", "x" * 41])
def test_what_nobody_could_search_for_is_no_number(number: str) -> None:
    with pytest.raises(cells.Wrong):
        cells.item_number(40)(number)


def test_line_breaks_in_a_name_are_blanks() -> None:
    assert cells.text(40)("Roller\n  9 in\tx") == "Roller 9 in x"
    assert cells.text(40, paragraphs=True)("one\r\ntwo") == "one\ntwo"
