"""When an order is ready: lead time, tinting, queue, and the store's hours."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from portal.stores.hours.opening import Schedule
from portal.stores.hours.readiness import ready_at, work_minutes

SCHEDULE = Schedule("America/New_York", {day: (time(7), time(17)) for day in range(1, 6)})
TEN = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)  # Tuesday, 10 am


@pytest.mark.parametrize(
    ("cans", "queue", "minutes"),
    [
        (0, 0, 60),
        (0, 300, 60),  # nothing to tint: the queue is nobody's business
        (4, 0, 60),  # 20 minutes of tinting beside an hour of picking
        (20, 0, 100),
        (4, 70, 90),
    ],
)
def test_the_longer_of_picking_and_tinting_counts(cans: int, queue: int, minutes: int) -> None:
    assert minutes == work_minutes(lead_minutes=60, tint_minutes=5, cans_to_tint=cans, queue_minutes=queue)


def test_ready_within_open_hours() -> None:
    assert ready_at(SCHEDULE, TEN, 60, 5, 0, 0) == TEN.replace(hour=15)
    # 8 hours of work from 10 am: seven until closing, one on Wednesday.
    assert ready_at(SCHEDULE, TEN, 480, 5, 0, 0) == datetime(2026, 6, 3, 12, 0, tzinfo=UTC)


def test_a_store_without_hours_promises_nothing() -> None:
    assert ready_at(Schedule("America/New_York", {}), TEN, 60, 5, 0, 0) is None
