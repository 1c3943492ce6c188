"""Words for quantities and references."""

from __future__ import annotations

import pytest

from portal.foundation.wording import po_words, quantity_words


@pytest.mark.parametrize(
    ("quantity", "unit", "words"),
    [
        (1, "gallon", "1 gallon"),
        (12, "gallon", "12 gallons"),
        (3, "box", "3 boxes"),
        (1, "each", "1 unit"),
        (0, "", "0 units"),
        (1200, "roll", "1,200 rolls"),
    ],
)
def test_quantities(quantity: int, unit: str, words: str) -> None:
    assert quantity_words(quantity, unit) == words


@pytest.mark.parametrize(
    ("number", "words"), [("7731", "PO 7731"), ("PO-44213", "PO-44213"), ("po 9", "po 9"), ("", "")]
)
def test_po_numbers_say_po_once(number: str, words: str) -> None:
    assert po_words(number) == words
