"""What a query is taken apart into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalog.search.parsed_query import LONGEST, MOST_WORDS, parse_query
from portal.catalog.sizes import in_order


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Foreman EGGSHELL", ("foreman", "eggshell")),
        ("foreman 5 gallon", ("foreman", "5 gal")),
        ("5gal pail", ("5 gal", "pail")),
        ('angled brush 2.5"', ("angled", "brush", "2.5 in")),
        ("3/8 inch nap", ("3/8 in", "nap")),
        ("quarts of primer", ("qt", "of", "primer")),
        ("INT-300-EG-W-01", ("int-300-eg-w-01",)),
        ("painter's tape painter's", ("painter's", "tape")),
        ("100%", ("100",)),
        ("  \x00 \t ", ()),
        ("a b c d e f g h", ("a", "b", "c", "d", "e", "f")),
    ],
)
def test_words(typed: str, words: tuple[str, ...]) -> None:
    assert parse_query(typed).words == words


@pytest.mark.parametrize(
    ("typed", "is_number_like"),
    [("int-300", True), ("INT 300", True), ("5 gal", False), ("gal", False), ("12", False), ("b2s", True)],
)
def test_what_may_be_a_part_of_a_sku(typed: str, is_number_like: bool) -> None:
    assert parse_query(typed).is_number_like is is_number_like


@given(st.text(max_size=300))
def test_any_text_is_taken_apart(typed: str) -> None:
    read = parse_query(typed)
    assert len(read.text) <= LONGEST
    assert len(read.words) <= MOST_WORDS
    assert all(word and word == word.strip() for word in read.words)
    assert read.key.isascii()


def test_sizes_stand_as_on_the_shelf() -> None:
    assert in_order(["5 gal", "1 gal", "1 qt", "", "2.5 gal", "1 gal"]) == [
        "1 qt",
        "1 gal",
        "2.5 gal",
        "5 gal",
    ]
    assert in_order(["3 in", "1.5 in", "1/2 in"]) == ["1/2 in", "1.5 in", "3 in"]
    assert in_order(["Set", "10 in"]) == ["10 in", "Set"]
