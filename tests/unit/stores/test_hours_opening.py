"""Opening arithmetic: rolls over closed hours, keeps holidays, survives the clocks changing."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.stores.hours import opening
from portal.stores.hours.opening import NeverOpen, Schedule

ZONE = "America/New_York"
WEEK = {day: (time(7), time(18)) for day in range(1, 6)} | {6: (time(8), time(12))}


def at(text: str, zone: str = ZONE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.fixture
def schedule() -> Schedule:
    holiday = {date(2026, 7, 3): None, date(2026, 12, 24): (time(7), time(12))}
    return Schedule(ZONE, WEEK, holiday)


def after(schedule: Schedule, start: str, minutes: int) -> str:
    found = opening.open_minutes_after(schedule, at(start), minutes)
    return found.astimezone(ZoneInfo(schedule.zone)).strftime("%a %d %b %H:%M")


def test_within_a_day(schedule: Schedule) -> None:
    assert after(schedule, "2026-06-02T10:00", 90) == "Tue 02 Jun 11:30"


def test_before_opening_it_counts_from_opening(schedule: Schedule) -> None:
    assert after(schedule, "2026-06-02T05:10", 60) == "Tue 02 Jun 08:00"


def test_what_is_not_done_at_closing_goes_on_at_the_next_opening(schedule: Schedule) -> None:
    assert after(schedule, "2026-06-02T17:30", 60) == "Wed 03 Jun 07:30"
    assert after(schedule, "2026-06-05T17:30", 60) == "Sat 06 Jun 08:30"


def test_done_just_at_closing_is_handed_over_at_the_next_opening(schedule: Schedule) -> None:
    assert after(schedule, "2026-06-02T17:00", 60) == "Wed 03 Jun 07:00"


def test_sunday_and_holidays_are_closed(schedule: Schedule) -> None:
    assert after(schedule, "2026-06-06T11:30", 60) == "Mon 08 Jun 07:30"
    # Thursday 2 July is followed by the holiday on Friday.
    assert after(schedule, "2026-07-02T17:59", 2) == "Sat 04 Jul 08:01"


def test_a_date_with_other_hours(schedule: Schedule) -> None:
    assert after(schedule, "2026-12-24T11:00", 120) == "Fri 25 Dec 08:00"


def test_long_work_takes_days(schedule: Schedule) -> None:
    assert after(schedule, "2026-06-01T07:00", 3 * 11 * 60 + 5) == "Thu 04 Jun 07:05"


def test_a_night_shift_is_an_hour_longer_when_the_clocks_go_back() -> None:
    sundays = Schedule(ZONE, {7: (time(0), time(6))})
    spring, autumn = sundays.span(date(2026, 3, 8)), sundays.span(date(2026, 11, 1))
    assert spring is not None
    assert autumn is not None
    assert (spring.length, autumn.length) == (timedelta(hours=5), timedelta(hours=7))
    assert after(sundays, "2026-11-01T00:00", 6 * 60 + 59) == "Sun 01 Nov 05:59"
    assert after(sundays, "2026-03-08T00:00", 5 * 60) == "Sun 15 Mar 00:00"


def test_hours_stay_on_the_wall_clock_over_the_change(schedule: Schedule) -> None:
    assert after(schedule, "2026-03-07T11:00", 120) == "Mon 09 Mar 08:00"


def test_a_store_without_hours_never_opens() -> None:
    closed = Schedule(ZONE, {})
    assert opening.next_opening(closed, at("2026-06-02T10:00")) is None
    assert not opening.is_open(closed, at("2026-06-02T10:00"))
    with pytest.raises(NeverOpen):
        opening.open_minutes_after(closed, at("2026-06-02T10:00"), 0)


def test_open_from_the_first_minute_until_before_the_last(schedule: Schedule) -> None:
    answers = [opening.is_open(schedule, at(f"2026-06-02T{t}")) for t in ("06:59", "07:00", "17:59", "18:00")]
    assert answers == [False, True, True, False]
    assert opening.closing(schedule, at("2026-06-02T09:00")) == at("2026-06-02T18:00")
    assert opening.closing(schedule, at("2026-06-02T18:00")) is None
    assert opening.next_opening(schedule, at("2026-06-06T12:00")) == at("2026-06-08T07:00")


def test_windows_count_from_opening_and_end_by_closing(schedule: Schedule) -> None:
    found = opening.windows(schedule, not_before=at("2026-06-05T15:10"), days=2, length_minutes=90)
    local = [start.astimezone(ZoneInfo(ZONE)).strftime("%a %H:%M") for start, _ in found]
    # Friday: 16:00 would be the next, and ends at 17:30; Saturday has 8 to 12.
    assert local == ["Fri 16:00", "Sat 08:00", "Sat 09:30"]
    assert all(end - start == timedelta(minutes=90) for start, end in found)


def test_a_day_shorter_than_a_window_is_one_window() -> None:
    brief = Schedule(ZONE, {}, {date(2026, 6, 2): (time(9), time(9, 40))})
    found = opening.windows(brief, not_before=at("2026-06-02T08:00"), days=1, length_minutes=60)
    assert found == [(at("2026-06-02T09:00"), at("2026-06-02T09:40"))]


TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0))
HOURS = st.tuples(TIMES, TIMES).filter(lambda pair: pair[0] < pair[1])
# Around a change of the clocks, where the arithmetic is easiest to get wrong.
MOMENTS = st.builds(
    lambda start, minutes: start + timedelta(minutes=minutes),
    st.sampled_from([datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC)]),
    st.integers(0, 30 * 24 * 60),
)
DAYS = st.dates(date(2026, 3, 1), date(2026, 3, 20)) | st.dates(date(2026, 10, 25), date(2026, 11, 10))
# Two weekdays at least are open for long enough, so that the work gets done within the horizon.
SCHEDULES = st.builds(
    lambda zone, weekly, sure, exceptions: Schedule(
        zone, weekly | {sure: (time(7), time(18)), 3: (time(6), time(16))}, exceptions
    ),
    st.sampled_from([ZONE, "Europe/London", "Australia/Lord_Howe", "America/Phoenix", "Asia/Kathmandu"]),
    st.dictionaries(st.integers(1, 7), HOURS),
    st.integers(1, 7),
    st.dictionaries(DAYS, st.none() | HOURS, max_size=6),
)
MINUTES = st.integers(0, 1500)


@given(schedule=SCHEDULES, start=MOMENTS, minutes=MINUTES)
def test_the_result_is_open_and_not_too_early(schedule: Schedule, start: datetime, minutes: int) -> None:
    result = opening.open_minutes_after(schedule, start, minutes)
    assert opening.is_open(schedule, result)
    assert result >= start + timedelta(minutes=minutes)


@given(schedule=SCHEDULES, start=MOMENTS, minutes=MINUTES, more=st.integers(1, 500))
def test_more_work_is_never_done_earlier(
    schedule: Schedule, start: datetime, minutes: int, more: int
) -> None:
    less = opening.open_minutes_after(schedule, start, minutes)
    assert less < opening.open_minutes_after(schedule, start, minutes + more)


@given(schedule=SCHEDULES, start=MOMENTS, minutes=MINUTES, later=st.integers(0, 5000))
def test_starting_later_never_ends_earlier(
    schedule: Schedule, start: datetime, minutes: int, later: int
) -> None:
    early = opening.open_minutes_after(schedule, start, minutes)
    assert early <= opening.open_minutes_after(schedule, start + timedelta(minutes=later), minutes)


@given(schedule=SCHEDULES, start=MOMENTS, first=MINUTES, second=MINUTES)
def test_work_done_in_two_parts_takes_as_long(
    schedule: Schedule, start: datetime, first: int, second: int
) -> None:
    halfway = opening.open_minutes_after(schedule, start, first)
    whole = opening.open_minutes_after(schedule, start, first + second)
    assert opening.open_minutes_after(schedule, halfway, second) == whole


@given(schedule=SCHEDULES, start=MOMENTS, length=st.integers(5, 240))
def test_windows_lie_in_open_hours_and_do_not_overlap(
    schedule: Schedule, start: datetime, length: int
) -> None:
    found = opening.windows(schedule, not_before=start, days=7, length_minutes=length)
    for begin, end in found:
        assert begin >= start
        assert opening.is_open(schedule, begin)
        assert opening.is_open(schedule, end - timedelta(microseconds=1))
        assert timedelta() < end - begin <= timedelta(minutes=length)
    assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(found))
