"""What is free of a store's stock is a column of the database: whoever subtracts, shows less than nothing one day."""

from __future__ import annotations

import re
from collections import Counter

from tests.rules.ratchet import Found, hold, rule
from tests.rules.reading.source import sources

SUBTRACTED = re.compile(r"on_hand\s*-\s*(\w+\.)?reserved|Stock\.on_hand\s*-\s*Stock\.reserved")


@rule(
    "stock_subtracted",
    todo="Free stock is computed in place. Read the column stock.free, which is never below zero",
)
def subtractions() -> Found:
    found: Counter[str] = Counter()
    for source in sources("portal"):
        if source.name != "portal/stores/models.py":  # where the column is declared
            found[source.name] += len(SUBTRACTED.findall(source.text))
    return +found


def test_free_stock_is_read() -> None:
    """Seen failing with four queries that subtracted."""
    hold("stock_subtracted")
