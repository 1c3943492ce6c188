"""The one place that reads the wall clock. Use cases are handed ``now``; they never ask for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utcnow() -> datetime:
    """Current time, aware, in UTC."""
    return datetime.now(UTC)


def to_microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970-01-01 UTC; exact, unlike ``timestamp()`` which is a float."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_microseconds(value: int) -> datetime:
    """The inverse of :func:`to_microseconds`."""
    return EPOCH + timedelta(microseconds=value)


def local(moment: datetime, zone: str) -> datetime:
    """The same moment on the wall clock of ``zone`` (an IANA name)."""
    return moment.astimezone(ZoneInfo(zone))


def typed_day(typed: str) -> date | None:
    """A day as typed into a filter (2026-03-31); None where nothing was typed.

    :raises ValueError: when it is outside these centuries: the calendar's first and last day have no midnight in some zones.
    """
    day = date.fromisoformat(typed) if typed else None
    if day is not None and not 1900 <= day.year < 3000:
        raise ValueError("no day on which anything happened")
    return day
