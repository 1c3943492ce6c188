"""What a pasted remittance says."""

from __future__ import annotations

import pytest

from portal.billing.invoices.remittance import keys_of, mentions_in, plain, words_in

KNOWN = {plain(each): each for each in ("O8-120", "O8-119", "O8-118", "INV-100001", "2026/17")} | {
    "100001": "INV-100001"
}


def read(text: str) -> list[tuple[str, str]]:
    return [(each.word, each.amount) for each in mentions_in(text, KNOWN)]


@pytest.mark.parametrize(
    "text",
    [
        "O8-120, O8-119",
        "O8-120 O8-119",
        "O8-120;O8-119",
        "O8-120\nO8-119",
        "O8-120\tO8-119",
        "O8-120/O8-119",
        "#O8-120 + #O8-119.",
    ],
)
def test_any_separator(text: str) -> None:
    """Seen failing with words split at blanks only."""
    assert read(text) == [("O8-120", ""), ("O8-119", "")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("O8-120 130.00\nO8-119 $1,129.50", [("O8-120", "130.00"), ("O8-119", "$1,129.50")]),
        ("O8-120,130.00,O8-119,129.00", [("O8-120", "130.00"), ("O8-119", "129.00")]),
        ("O8-120 130 O8-119 129", [("O8-120", "130"), ("O8-119", "129")]),
        ("Invoice O8-120  11/20/2026  130.00  1.00  129.00 USD", [("O8-120", "129.00")]),
        ("130.00 for O8-120", [("O8-120", "130.00")]),
        ("O8-120\n130.00\nO8-119\n129.00", [("O8-120", "130.00"), ("O8-119", "129.00")]),
        ("O8-120\nO8-119\nTotal 259.00", [("O8-120", ""), ("O8-119", "")]),
        ("O8-120 1.130,00", [("O8-120", "1.130,00")]),
        ("O8-120: 130.00; O8-120", [("O8-120", "130.00")]),
    ],
)
def test_amounts_stand_beside_numbers(text: str, expected: list[tuple[str, str]]) -> None:
    """Seen failing with the first amount of a line taken, and with a total taken for the last invoice's."""
    assert read(text) == expected


def test_numbers_that_nobody_knows_are_named() -> None:
    """Seen failing with unknown words left out."""
    assert read("O8-999, o8 and 100001; 2026/17 on 2026-11-30, 30.11.2026") == [
        ("O8-999", ""),
        ("o8", ""),
        ("100001", ""),
        ("2026/17", ""),
    ]


def test_what_has_to_be_looked_up() -> None:
    assert words_in("Payment of O8-120/O8-119: 130.00 on account") == ["O8-120/O8-119", "O8-120", "O8-119"]


def test_our_own_numbers_have_two_names() -> None:
    assert keys_of("INV-100001") == {"INV100001", "100001"}
    assert keys_of("O8-120") == {"O8120"}
