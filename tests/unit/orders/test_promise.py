"""Promises in the words of a store's clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from portal.orders.promise import age_words, is_late, week_words, when_words, window_words
from portal.stores.hours.opening import Schedule

NOW = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)  # Monday, 6:30 pm in New York
NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW + timedelta(minutes=30), "today 7:00 pm"),
        (NOW + timedelta(hours=12), "tomorrow 6:30 am"),
        (NOW - timedelta(hours=12), "today 6:30 am"),
        (NOW - timedelta(hours=24), "yesterday 6:30 pm"),
        (NOW + timedelta(days=3, hours=17, minutes=30), "Fri 6 Nov 12:00 pm"),
        (NOW + timedelta(days=80, hours=5, minutes=35), "Fri 22 Jan 2027 12:05 am"),
    ],
)
def test_when(moment: datetime, words: str) -> None:
    assert when_words(moment, NEW_YORK, NOW) == words


def test_window_names_its_day_once() -> None:
    start = NOW + timedelta(hours=12, minutes=30)
    assert window_words(start, start + timedelta(hours=1), NEW_YORK, NOW) == "tomorrow 7:00 am to 8:00 am"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(minutes=-3), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=9), "9 days"),
    ],
)
def test_age(ago: timedelta, words: str) -> None:
    assert age_words(NOW - ago, NOW) == words


@pytest.mark.parametrize(
    ("status", "fulfilment", "late"),
    [
        ("picking", "pickup", True),
        ("ready", "pickup", False),
        ("ready", "delivery", True),
        ("out", "delivery", True),
        ("backordered", "pickup", False),
        ("collected", "pickup", False),
    ],
)
def test_late_is_a_promise_not_kept(status: str, fulfilment: str, late: bool) -> None:
    assert is_late(status, fulfilment, NOW - timedelta(minutes=1), NOW) is late
    assert not is_late(status, fulfilment, NOW, NOW)
    assert not is_late(status, fulfilment, None, NOW)


def test_week() -> None:
    workdays = {day: (time(6, 30), time(18)) for day in range(1, 6)}
    schedule = Schedule(NEW_YORK, {**workdays, 6: (time(8), time(16))})
    assert week_words(schedule) == "Mon to Fri 6:30 am to 6:00 pm, Sat 8:00 am to 4:00 pm"
