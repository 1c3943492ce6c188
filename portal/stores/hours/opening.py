"""When a store is open, and when it will have been open for a number of minutes.

Pure rules. Hours are in the store's local time; all datetimes passed in or returned are aware and count real
minutes: a day on which the clocks change is an hour longer or shorter, as it is for the staff. An opening span
includes its first minute and excludes its last: at closing time the store is closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Hours = tuple[time, time]
# How far ahead to look for an opening. A store that is closed for longer can promise nothing.
HORIZON_DAYS = 90


class NeverOpen(ValueError):
    """The store does not open within the next :data:`HORIZON_DAYS` days."""


@dataclass(frozen=True, slots=True)
class Span:
    """From opening to closing, in UTC."""

    opens: datetime
    closes: datetime

    @property
    def length(self) -> timedelta:
        return self.closes - self.opens


@dataclass(frozen=True)
class Schedule:
    """Hours of one store.

    :param zone: IANA name of the store's time zone.
    :param weekly: hours by ISO weekday (1 = Monday); a missing day is closed.
    :param exceptions: dates with different hours; None: closed all day.
    :param notes: reasons of exceptions, where the store gives them.
    """

    zone: str
    weekly: Mapping[int, Hours]
    exceptions: Mapping[date, Hours | None] = field(default_factory=dict)
    notes: Mapping[date, str] = field(default_factory=dict)

    def hours(self, day: date) -> Hours | None:
        """Opening and closing of a local day, in local time; None: closed."""
        return self.exceptions[day] if day in self.exceptions else self.weekly.get(day.isoweekday())

    def span(self, day: date) -> Span | None:
        """Opening and closing of a local day, in UTC; None: closed."""
        hours = self.hours(day)
        if hours is None:
            return None
        zone = ZoneInfo(self.zone)
        opens, closes = (datetime.combine(day, at, zone).astimezone(UTC) for at in hours)
        return Span(opens, closes) if opens < closes else None

    def local_day(self, moment: datetime) -> date:
        """The date in the store's time zone."""
        return moment.astimezone(ZoneInfo(self.zone)).date()


def spans_from(schedule: Schedule, start: datetime) -> Iterator[Span]:
    """Opening spans that end after ``start``, in order; the current one is cut to begin at ``start``."""
    first = schedule.local_day(start)
    for offset in range(HORIZON_DAYS + 1):
        span = schedule.span(first + timedelta(days=offset))
        if span is not None and span.closes > start:
            yield Span(max(span.opens, start), span.closes)


def is_open(schedule: Schedule, moment: datetime) -> bool:
    """True from opening until just before closing."""
    span = schedule.span(schedule.local_day(moment))
    return span is not None and span.opens <= moment < span.closes


def next_opening(schedule: Schedule, moment: datetime) -> datetime | None:
    """The first open moment at or after ``moment`` (itself if the store is open); None: never opens."""
    span = next(spans_from(schedule, moment), None)
    return None if span is None else span.opens


def closing(schedule: Schedule, moment: datetime) -> datetime | None:
    """When the store that is open at ``moment`` closes; None: it is closed."""
    span = schedule.span(schedule.local_day(moment))
    return span.closes if span is not None and span.opens <= moment < span.closes else None


def open_minutes_after(schedule: Schedule, start: datetime, minutes: int) -> datetime:
    """The first open moment by which the store has been open for ``minutes`` since ``start``.

    Work unfinished at closing continues at the next opening. Work that ends exactly at closing is handed over at
    the next opening, because the customer would find the door locked.

    :raises NeverOpen: if the store is not open long enough within the horizon.
    """
    if minutes < 0:
        raise ValueError("minutes of work cannot be negative")
    left = timedelta(minutes=minutes)
    for span in spans_from(schedule, start):
        if left < span.length:
            return span.opens + left
        left -= span.length
    raise NeverOpen("the store is not open long enough to do this")


def windows(
    schedule: Schedule, *, not_before: datetime, days: int, length_minutes: int
) -> list[tuple[datetime, datetime]]:
    """Pickup windows of ``days`` local days from ``not_before`` on, as (start, end), counted from opening.

    A window begins at or after ``not_before`` and ends by closing. A day that is open for less than one
    window is one short window.
    """
    if length_minutes <= 0:
        raise ValueError("a pickup window needs a length")
    first = schedule.local_day(not_before)
    found: list[tuple[datetime, datetime]] = []
    for offset in range(days):
        span = schedule.span(first + timedelta(days=offset))
        if span is not None:
            found.extend(each for each in _split(span, length_minutes) if each[0] >= not_before)
    return found


def _split(span: Span, length_minutes: int) -> Iterator[tuple[datetime, datetime]]:
    length = timedelta(minutes=length_minutes)
    if span.length < length:
        yield span.opens, span.closes
        return
    for number in range(span.length // length):
        yield span.opens + number * length, span.opens + (number + 1) * length
