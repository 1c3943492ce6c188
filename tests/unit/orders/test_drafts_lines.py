"""Why a line of a draft cannot be ordered: a code that pages and use cases decide by, and words for people."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal.orders.drafts.lines import Line
from portal.orders.drafts.problems import PROBLEM_WORDS, Problem

TODAY = date(2026, 6, 2)


def line(**fields: Any) -> Line:
    known: dict[str, Any] = {
        "id": 1,
        "position": 1,
        "variant_id": 1,
        "quantity": 2,
        "colour_number": None,
        "last_time": None,
        "sku": "S-1",
        "name": "Paint",
        "sheen": "",
        "tint_base": "",
        "size": "",
        "unit": "gal",
        "pack_size": 1,
        "tintable": False,
        "discontinued_on": None,
        "replacement_id": None,
        "replacement_sku": None,
        "replacement_name": None,
        "product_code": "P",
        "colour_name": None,
        "colour_hex": None,
        "unit_price": Decimal("41.20"),
    }
    return Line(**{**known, **fields})


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({}, None, None),
        ({"discontinued_on": TODAY}, Problem.NO_LONGER_MADE, "No longer made."),
        ({"unit_price": None}, Problem.NO_PRICE, "There is no price"),
        ({"pack_size": 6}, Problem.NOT_IN_PACKS, "6"),
        ({"colour_number": "TC-1"}, Problem.NOT_TINTABLE, "It cannot be tinted."),
    ],
)
def test_problems(fields: dict[str, Any], code: Problem | None, words: str | None) -> None:
    """Seen failing with the codes of two reasons swapped."""
    made = line(**fields)
    made.find_problem(TODAY)
    assert made.problem_code == code
    assert (made.problem is None) if words is None else (words in (made.problem or ""))
    assert made.is_no_longer_made is (code == Problem.NO_LONGER_MADE)


def test_every_code_has_words() -> None:
    """Seen failing with one left out."""
    assert set(PROBLEM_WORDS) == set(Problem) - {Problem.NOT_IN_PACKS, Problem.TOO_FEW}
