"""When a saved card expires. Pure rules."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

SOON = timedelta(days=60)


def last_day(month: int, year: int) -> date:
    """A card is valid to the end of the month printed on it."""
    return date(year, month, calendar.monthrange(year, month)[1])


def expiry(month: int | None, year: int | None, today: date) -> str:
    """``over``, ``soon`` (within 60 days), ``later``, or ``never`` for what does not expire."""
    if month is None or year is None:
        return "never"
    last = last_day(month, year)
    if last < today:
        return "over"
    return "soon" if last - today <= SOON else "later"
