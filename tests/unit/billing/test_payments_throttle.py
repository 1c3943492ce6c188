"""How many payments may be begun and not paid."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.billing.payments.throttle import (
    PER_COMPANY,
    PER_INVOICE,
    PER_LINK,
    PER_PERSON,
    Try,
    seconds_to_wait,
)
from tests.builders import NOW


def tries(count: int, *, person: int | None = None, link: int | None = None, invoice: int = 0) -> list[Try]:
    return [Try(person, link, frozenset({invoice}), NOW - timedelta(minutes=n), 1) for n in range(count)]


def admitted(found: list[Try], *, person: int | None = 1, link: int | None = None, invoice: int = 9) -> bool:
    return not seconds_to_wait(found, person_id=person, link_id=link, invoice_ids=[invoice], now=NOW)


@pytest.mark.parametrize(
    ("most", "whose"),
    [
        (PER_PERSON, {"person": 1}),
        (PER_INVOICE, {"person": 2, "invoice": 9}),
        (PER_COMPANY, {"person": 2}),
        (PER_LINK, {"link": 3}),
    ],
)
def test_each_limit_is_reached_by_itself(most: int, whose: dict[str, int]) -> None:
    """Seen failing with each of the four left out."""
    who = {"person": None, "link": 3} if "link" in whose else {"person": 1}
    assert admitted(tries(most - 1, **whose), **who)
    assert not admitted(tries(most, **whose), **who)


def test_cards_that_were_declined_on_one_page_count_each() -> None:
    assert not admitted([Try(1, None, frozenset(), NOW, PER_PERSON)])


def test_it_says_how_long_to_wait() -> None:
    found = tries(PER_PERSON, person=1)
    assert seconds_to_wait(found, person_id=1, link_id=None, invoice_ids=[], now=NOW) == 49 * 60
