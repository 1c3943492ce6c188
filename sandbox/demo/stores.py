"""The maker's own stores: made-up streets in real towns, with hours that painters keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache

from sandbox.demo.tables import rows

HOME_STORE = "CHI-01"  # the demo company's store; open on Sundays, so its counter board is alive on every day

# Monday to Friday, Saturday, Sunday
_HOURS: dict[str, tuple[str, str, str]] = {
    "seven": ("06:00-18:00", "07:00-15:00", "08:00-13:00"),
    "early": ("06:30-18:00", "07:30-14:00", ""),
    "city": ("07:00-18:00", "08:00-15:00", ""),
    "desert": ("05:30-16:30", "06:00-13:00", ""),
}


_TEXTS = [
    "code",
    "name",
    "line1",
    "city",
    "region",
    "postcode",
    "latitude",
    "longitude",
    "time_zone",
    "phone",
    "hours",
]


@dataclass(frozen=True)
class Store:
    code: str
    name: str
    line1: str
    city: str
    region: str
    postcode: str
    latitude: str
    longitude: str
    time_zone: str
    phone: str
    hours: str
    lead_minutes: int
    tint_minutes: int
    window_minutes: int
    window_capacity: int
    size: float  # how much it stocks, next to an average store

    @property
    def area(self) -> str:
        """The metropolitan area: stores that share it are in reach of the same customers."""
        return self.code[:3]


@cache
def all_stores() -> tuple[Store, ...]:
    stores: list[Store] = []
    for *texts, lead, tint, window, capacity, size in rows("stores"):
        facts = dict(zip(_TEXTS, texts, strict=True))
        stores.append(
            Store(
                **facts,
                lead_minutes=int(lead),
                tint_minutes=int(tint),
                window_minutes=int(window),
                window_capacity=int(capacity),
                size=float(size),
            )
        )
    return tuple(stores)


def open_hours(store: Store, weekday: int) -> tuple[time, time] | None:
    """Opening and closing on an ISO weekday (1 is Monday), or None when the store is closed."""
    weekdays, saturday, sunday = _HOURS[store.hours]
    text = {6: saturday, 7: sunday}.get(weekday, weekdays)
    if not text:
        return None
    opens, closes = text.split("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)


def closed_days(first: date, last: date) -> dict[date, tuple[str, time | None, time | None]]:
    """Holidays of all stores between two days: note, and the short hours where there are any."""
    days: dict[date, tuple[str, time | None, time | None]] = {}
    for year in range(first.year, last.year + 1):
        thanksgiving = _weekday_of_month(year, 11, 4, 4)
        for day, note in (
            (date(year, 1, 1), "New Year's Day"),
            (_last_monday(year, 5), "Memorial Day"),
            (date(year, 7, 4), "Independence Day"),
            (_weekday_of_month(year, 9, 1, 1), "Labor Day"),
            (thanksgiving, "Thanksgiving"),
            (date(year, 12, 25), "Christmas Day"),
        ):
            days[day] = (note, None, None)
        days[date(year, 12, 24)] = ("Christmas Eve, closing early", time(7, 0), time(12, 0))
        days[thanksgiving + timedelta(days=1)] = ("Day after Thanksgiving", time(8, 0), time(14, 0))
    return {day: what for day, what in sorted(days.items()) if first <= day <= last}


def _weekday_of_month(year: int, month: int, weekday: int, count: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (count - 1))


def _last_monday(year: int, month: int) -> date:
    day = date(year, month + 1, 1) - timedelta(days=1)
    return day - timedelta(days=day.isoweekday() - 1)
