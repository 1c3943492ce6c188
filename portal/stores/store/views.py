"""The page of a store: how to get there, hours, pickup windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import render_template

from portal.orders.promise import when_words
from portal.stores.hours.opening import Schedule, closing, next_opening
from portal.stores.hours.queries import schedules
from portal.stores.near.facts import AvailabilityChecked
from portal.stores.pages import blueprint
from portal.stores.store.queries import StoreInfo, store_by_code
from portal.stores.windows.queries import OpenWindow, open_windows
from portal.web.access import needs
from portal.web.forms import strip
from portal.web.sessions import actor, visit
from portal.web.touch import viewed
from portal.web.transaction import db, now

WINDOW_DAYS = 3
NOTICE_DAYS = 60  # how far ahead exceptions are shown


@dataclass(frozen=True)
class Day:
    """Hours of a date; ``opens`` None: closed. ``note``: why they are different."""

    day: date
    opens: datetime | None
    closes: datetime | None
    note: str
    is_unusual: bool
    is_today: bool


@dataclass(frozen=True)
class StorePage:
    """A store with the hours of the coming week, exceptions after it, and pickup windows by day."""

    store: StoreInfo
    week: Sequence[Day]
    unusual: Sequence[Day]
    windows: Sequence[tuple[date, Sequence[OpenWindow]]]
    closes: datetime | None
    opens: datetime | None
    when: Callable[[datetime, str], str]
    may_choose: bool
    is_context: bool


@blueprint.get("/stores/<code>", endpoint="store")
@needs("stores:read")
def show_store(code: str) -> str:
    """Address, phone, the hours of the coming week, exceptions after it, pickup windows with free places."""
    found = store_by_code(db(), strip(code))
    schedule = schedules(db(), [found.id])[found.id]
    windows = open_windows(db(), found, now(), WINDOW_DAYS, schedule=schedule, include_full=True)
    viewed(AvailabilityChecked(stores=1), account_id=actor().company_id, store_id=found.id)
    page = StorePage(
        store=found,
        week=_week(schedule),
        unusual=_unusual(schedule),
        windows=_by_day(schedule, windows),
        closes=closing(schedule, now()),
        opens=next_opening(schedule, now()),
        when=lambda moment, zone: when_words(moment, zone, now()),
        may_choose=actor().can("context:switch"),
        is_context=visit().store_id == found.id,
    )
    return render_template("stores/store/store.html", page=page)


def _day(schedule: Schedule, day: date) -> Day:
    span = schedule.span(day)
    return Day(
        day=day,
        opens=span.opens if span else None,
        closes=span.closes if span else None,
        note=schedule.notes.get(day, ""),
        is_unusual=day in schedule.exceptions,
        is_today=day == schedule.local_day(now()),
    )


def _week(schedule: Schedule) -> list[Day]:
    first = schedule.local_day(now())
    return [_day(schedule, first + timedelta(days=n)) for n in range(7)]


def _unusual(schedule: Schedule) -> list[Day]:
    first = schedule.local_day(now()) + timedelta(days=7)
    days = sorted(day for day in schedule.exceptions if first <= day < first + timedelta(days=NOTICE_DAYS))
    return [_day(schedule, day) for day in days]


def _by_day(schedule: Schedule, windows: list[OpenWindow]) -> list[tuple[date, list[OpenWindow]]]:
    days: dict[date, list[OpenWindow]] = {}
    for window in windows:
        days.setdefault(schedule.local_day(window.starts_at), []).append(window)
    return sorted(days.items())
