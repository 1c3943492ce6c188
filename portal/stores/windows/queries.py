"""Pickup windows that can still be booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.stores.hours import opening
from portal.stores.hours.opening import Schedule
from portal.stores.hours.queries import schedules


class HasWindows(Protocol):
    """A store with pickup windows: the model and :class:`StoreInfo` both qualify."""

    @property
    def id(self) -> int: ...
    @property
    def window_minutes(self) -> int: ...
    @property
    def window_capacity(self) -> int: ...


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """A pickup window (UTC) with its capacity and bookings, in orders."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    booked: int

    @property
    def left(self) -> int:
        return max(0, self.capacity - self.booked)


_BOOKED = text("""
select starts_at, booked from pickup_slot where store_id = :store_id and starts_at between :first and :last
""")


def open_windows(
    session: Session,
    store: HasWindows,
    now: datetime,
    days: int,
    *,
    ready: datetime | None = None,
    schedule: Schedule | None = None,
    include_full: bool = False,
) -> list[OpenWindow]:
    """Windows that begin at or after ``now`` (and at or after ``ready``, when the order will be ready), over ``days``
    local days from then on. Full ones are left out by default. One statement, two without ``schedule``.
    """
    schedule = schedule or schedules(session, [store.id])[store.id]
    earliest = max(now, ready) if ready else now
    found = opening.windows(schedule, not_before=earliest, days=days, length_minutes=store.window_minutes)
    if not found:
        return []
    limits = {"store_id": store.id, "first": found[0][0], "last": found[-1][0]}
    booked: dict[datetime, int] = {row.starts_at: row.booked for row in session.execute(_BOOKED, limits)}
    offered = [OpenWindow(start, end, store.window_capacity, booked.get(start, 0)) for start, end in found]
    return [each for each in offered if include_full or each.left]
