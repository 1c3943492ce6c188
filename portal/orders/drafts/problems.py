"""What keeps a line of a draft from being ordered."""

from __future__ import annotations

from enum import StrEnum


class Problem(StrEnum):
    """Why a line cannot be ordered."""

    NO_LONGER_MADE = "no_longer_made"
    NO_PRICE = "no_price"
    TOO_FEW = "too_few"
    NOT_IN_PACKS = "not_in_packs"
    NOT_TINTABLE = "not_tintable"


# What the page says about each. Pages and use cases decide by the code, never by these words.
PROBLEM_WORDS = {
    Problem.NO_LONGER_MADE: "No longer made.",
    Problem.NO_PRICE: "There is no price for your company. Ask your sales rep.",
    Problem.NOT_TINTABLE: "It cannot be tinted. Remove the line and add it without a colour.",
}
