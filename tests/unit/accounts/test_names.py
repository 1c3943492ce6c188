"""What may be a person's name."""

from __future__ import annotations

import pytest

from portal.accounts.sign_in.names import name_problem

GOOD = [
    "Ngozi Okafor",
    "Renée O'Brien-Lindqvist, Jr.",
    "李小龙",
    "José María (Pepe)",
    "Ann Smith-Store",
    "A. Reparaz",
    "محمد",
]
BAD = [
    "Priya Raman (sales rep)",
    "Priya Raman (Sales  Rep)",
    "Priya Raman [support]",
    "Priya Raman – Sales rep, Chicago",
    "Priya Raman（sales rep）",
    "Dana, administrator",
    "\u202eotsiznrO anaD",
    "Dana\u200bOrtiz",
    "\u200b\u200b",
    "Dana\x07Ortiz",
    "Dana\ue000",
    "...",
]


@pytest.mark.parametrize("name", GOOD)
def test_names_of_people(name: str) -> None:
    """Seen failing with every comma and hyphen taken for a claim."""
    assert name_problem(name) is None


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_name(name: str) -> None:
    """Seen failing: a customer's person appeared as the seller's rep, or as nobody, in the company's history."""
    assert name_problem(name) is not None
