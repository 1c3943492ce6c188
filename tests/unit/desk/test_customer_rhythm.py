"""How often a company orders, in words."""

from __future__ import annotations

import pytest

from portal.desk.customer.rhythm import rhythm_words, since_words


@pytest.mark.parametrize(
    ("days", "words"), [(None, ""), (0.4, "every day"), (6.4, "every 6 days"), (75, "every 2 months")]
)
def test_how_often(days: float | None, words: str) -> None:
    """Seen failing with months from 90 days on."""
    assert rhythm_words(days) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (None, "never"),
        (0.2, "less than a day ago"),
        (1.5, "yesterday"),
        (12.9, "12 days ago"),
        (70, "2 months ago"),
    ],
)
def test_how_long_ago(days: float | None, words: str) -> None:
    """Seen failing with days rounded up."""
    assert since_words(days) == words
