"""What was promised, in the words of a store's clock."""

from __future__ import annotations

from datetime import datetime, time
from itertools import groupby

from portal.foundation.clock import local
from portal.orders.status import UNREADY_STATES
from portal.stores.hours.opening import Hours, Schedule

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def clock_words(moment: datetime, zone: str) -> str:
    """``6:30 am`` on the wall clock of ``zone``."""
    return _time_words(local(moment, zone).time())


def near_day_words(moment: datetime, zone: str, now: datetime) -> str:
    """``today``, ``tomorrow``, ``Tue 3 Nov``, with the year if it is another one."""
    shown, today = local(moment, zone), local(now, zone)
    ahead = (shown.date() - today.date()).days
    if ahead in (-1, 0, 1):
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[ahead]
    year = f" {shown.year}" if shown.year != today.year else ""
    return f"{shown:%a} {shown.day} {shown:%b}{year}"


def when_words(moment: datetime, zone: str, now: datetime) -> str:
    """``tomorrow 6:30 am``, ``Tue 3 Nov 6:30 am``."""
    return f"{near_day_words(moment, zone, now)} {clock_words(moment, zone)}"


def window_words(start: datetime, end: datetime, zone: str, now: datetime) -> str:
    """``tomorrow 7:00 am to 8:00 am``."""
    return f"{when_words(start, zone, now)} to {clock_words(end, zone)}"


def age_words(since: datetime, now: datetime) -> str:
    """How long ago, roughly: ``12 min``, ``3 h``, ``2 days``."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"


def is_late(status: str, fulfilment: str, promised_at: datetime | None, now: datetime) -> bool:
    """True if the promised time has passed and the promise is not kept: not ready for the customer who
    collects, not delivered to the one who waits."""
    if promised_at is None or promised_at >= now:
        return False
    delivered = ("ready", "out") if fulfilment == "delivery" else ()
    return status in (*UNREADY_STATES, *delivered)


def week_words(schedule: Schedule) -> str:
    """A store's usual week: ``Mon to Fri 6:30 am to 6:00 pm, Sat 8:00 am to 4:00 pm``."""
    days = [(day, schedule.weekly.get(number)) for number, day in enumerate(DAYS, 1)]
    said = []
    for hours, group in groupby(days, key=lambda each: each[1]):
        named = [day for day, _ in group]
        if hours is not None:
            said.append(f"{_span(named)} {_hours_words(hours)}")
    return ", ".join(said)


def _span(days: list[str]) -> str:
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"


def _hours_words(hours: Hours) -> str:
    return f"{_time_words(hours[0])} to {_time_words(hours[1])}"


def _time_words(at: time) -> str:
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"
