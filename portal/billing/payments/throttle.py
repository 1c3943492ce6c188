"""How many payments may be begun and not paid. Pure rules: trying cards one after the other ends here.

Counted are the payments of the last hour that took no money, per person, per company, per invoice and per link, and each
card that was declined on a page. What was paid counts nothing; a question of the payer's bank is no refusal.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

WINDOW = timedelta(hours=1)
PER_PERSON, PER_INVOICE, PER_LINK, PER_COMPANY = 12, 10, 10, 40
MOST_DECLINES = 8  # on one page; then it is closed


@dataclass(frozen=True, slots=True)
class Try:
    """A payment that was begun and has taken no money. ``weight``: how often something was tried with it."""

    person_id: int | None
    link_id: int | None
    invoice_ids: frozenset[int]
    begun_at: datetime
    weight: int


def seconds_to_wait(
    tries: Sequence[Try],
    *,
    person_id: int | None,
    link_id: int | None,
    invoice_ids: Collection[int],
    now: datetime,
) -> int:
    """Until one more may be begun; 0 if it may be now. The longest of what the person, the link, the invoices and the
    company have to wait.

    :param tries: of the company, by the same way (signed in, or by links), within the last hour.
    """
    limits = [
        (tries, PER_COMPANY),
        ([each for each in tries if person_id is not None and each.person_id == person_id], PER_PERSON),
        ([each for each in tries if link_id is not None and each.link_id == link_id], PER_LINK),
        *(([each for each in tries if of in each.invoice_ids], PER_INVOICE) for of in invoice_ids),
    ]
    return max(_wait(counted, most, now) for counted, most in limits)


def _wait(tries: Sequence[Try], most: int, now: datetime) -> int:
    if sum(each.weight for each in tries) < most:
        return 0
    over = min(each.begun_at for each in tries) + WINDOW
    return max(1, ceil((over - now).total_seconds()))
