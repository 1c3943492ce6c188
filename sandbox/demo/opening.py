"""Arithmetic in a store's own hours: when is it open, and when it has been open for N minutes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sandbox.demo.stores import Store, closed_days, open_hours


@dataclass
class Opening:
    """Opening spans of one store; `first` and `last` bound the holidays that are known."""

    store: Store
    first: date
    last: date
    _spans: dict[date, tuple[datetime, datetime] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.store.time_zone)
        self.holidays = closed_days(self.first, self.last)

    def span(self, day: date) -> tuple[datetime, datetime] | None:
        """Opening and closing on a local day, in UTC, or None when closed."""
        if day not in self._spans:
            self._spans[day] = self._find_span(day)
        return self._spans[day]

    def _find_span(self, day: date) -> tuple[datetime, datetime] | None:
        hours: tuple[time | None, time | None] | None = open_hours(self.store, day.isoweekday())
        if day in self.holidays:
            hours = self.holidays[day][1:] if hours else None
        if not hours or hours[0] is None or hours[1] is None:
            return None
        opens, closes = (datetime.combine(day, at, self.zone).astimezone(UTC) for at in hours if at)
        return opens, closes

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def at_local(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def next_open_day(self, day: date) -> date:
        """The first open day on or after `day`."""
        while self.span(day) is None:
            day += timedelta(days=1)
        return day

    def after(self, start: datetime, minutes: float) -> datetime:
        """The moment at which the store has been open for `minutes` since `start`."""
        left = timedelta(minutes=minutes)
        day = self.local_day(start)
        while True:
            span = self.span(day)
            if span is not None and start < span[1]:
                begin = max(start, span[0])
                if begin + left <= span[1]:
                    return begin + left
                left -= span[1] - begin
            day += timedelta(days=1)

    def window(self, moment: datetime) -> tuple[datetime, datetime]:
        """The first pickup window that begins at or after `moment`; windows count from opening."""
        length = timedelta(minutes=self.store.window_minutes)
        day = self.local_day(moment)
        while True:
            span = self.span(day)
            if span is not None:
                start = span[0]
                while start < moment:
                    start += length
                if start + length <= span[1]:
                    return start, start + length
            day += timedelta(days=1)
