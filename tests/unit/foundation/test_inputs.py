"""Reading plain text and ids out of what a browser sent."""

from __future__ import annotations

import pytest

from portal.foundation.inputs import clean_text, one_text, read_id, read_number, read_text, read_whole


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("7", 7),
        ("007", 7),
        ("9" * 15, 999_999_999_999_999),
        ("9" * 16, None),
        ("", None),
        ("-7", None),
        (" 7", None),
        ("7.0", None),
        ("²", None),
        ("٧", None),
    ],
)
def test_ids_are_a_few_ascii_digits(text: str, id: int | None) -> None:
    """Seen failing with ``isdecimal`` alone (an Arabic 7 was read), with ``isdigit`` ("²" was a ValueError), and
    without the limit."""
    assert read_id(text) == id


def test_numbers_have_their_own_limit() -> None:
    """Seen failing with the limit of ids for every number."""
    assert (read_number("999", digits=3), read_number("1000", digits=3)) == (999, None)


def test_text_is_cleaned_before_it_is_cut() -> None:
    """Seen failing when it was cut first, and without taking NUL out."""
    assert clean_text("\x00 Elm\x00 Street ") == "Elm Street"
    assert read_text({"job": "   Elm Street"}, "job", 3) == "Elm"
    assert read_text({}, "job", 3) == ""


def test_text_as_typed_keeps_its_white_space() -> None:
    """Seen failing with ``clean_text``, and with NUL left in."""
    assert one_text({"note": " Ring\x00 twice\n"}, "note") == " Ring twice\n"
    assert one_text({}, "note") == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        (" 4 ", 4),
        ("1,000", 1000),
        ("12,345,678", 12_345_678),
        ("1 200", 1200),
        ("1\u00a0200", 1200),
        ("1\u202f200", 1200),
        ("4.0", 4),
        ("4.00", 4),
        ("1,200.00", 1200),
        ("1,5", None),
        ("2,50", None),
        ("1,00", None),
        ("0,500", None),
        ("1 5", None),
        ("12 34", None),
        ("1,2000", None),
        ("1,200 300", None),
        ("10,00,000", None),
        (",5", None),
        ("5,", None),
        ("4.5", None),
        ("4.", None),
        ("4.000", None),
        ("1.200", None),
        ("1e3", None),
        ("1_000", None),
        ("+4", None),
        ("-4", None),
        ("", None),
        (None, None),
    ],
)
def test_a_comma_or_a_blank_only_separates_thousands(text: str | None, number: int | None) -> None:
    """Seen failing when every comma and blank was dropped: 1,5 became 15, and 1,00 a hundred."""
    assert read_whole(text) == number


def test_a_long_whole_number_is_not_cut() -> None:
    """Seen failing when the first nine digits of ten were taken."""
    assert read_whole("1234567890") is None
    assert read_whole("1,000", digits=3) is None
