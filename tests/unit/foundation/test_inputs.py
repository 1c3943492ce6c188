"""Reading plain text and ids out of what a browser sent."""

from __future__ import annotations

import pytest

from portal.foundation.inputs import clean_text, one_text, read_id, read_number, read_text


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
