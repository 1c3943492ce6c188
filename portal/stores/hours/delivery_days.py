"""On which days a store delivers, and by when: on the days on which it is open, by its closing time.

Pure rules. Days are those of the store's calendar.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from portal.foundation.wording import weekday_words
from portal.stores.hours.opening import HORIZON_DAYS, Schedule


def first_delivery_day(schedule: Schedule, today: date) -> date | None:
    """The first open day after ``today``; None if the store does not open within three months."""
    ahead = (today + timedelta(days=n) for n in range(1, HORIZON_DAYS + 1))
    return next((day for day in ahead if schedule.span(day) is not None), None)


def delivery_problem(schedule: Schedule, day: date | None, today: date, store_name: str) -> str | None:
    """What is wrong with a day of delivery, and which one is right; None if nothing is."""
    first = first_delivery_day(schedule, today)
    if first is None:
        return f"{store_name} has no opening hours, so it cannot deliver. Choose another store."
    if day is None:
        return "Choose the day of delivery."
    if day < first:
        return f"The earliest delivery is {weekday_words(first)}."
    if day > today + timedelta(days=HORIZON_DAYS):
        return "Choose a day within the next three months."
    if schedule.span(day) is None:
        return _closed(schedule, day, store_name)
    return None


def _closed(schedule: Schedule, day: date, store_name: str) -> str:
    note = schedule.notes.get(day)
    why = f" ({note})" if note else ""
    following = first_delivery_day(schedule, day)
    other = f"The next day is {weekday_words(following)}." if following else "Choose another day."
    return f"{store_name} is closed on {weekday_words(day)}{why}, so it does not deliver. {other}"


def delivered_by(schedule: Schedule, day: date) -> datetime:
    """The promise for a delivery on that day: the store's closing time.

    :raises ValueError: for a day on which the store is closed.
    """
    open_hours = schedule.span(day)
    if open_hours is None:
        raise ValueError("nothing is delivered on a day on which the store is closed")
    return open_hours.closes
