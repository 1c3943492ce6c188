"""Opening hours as :class:`portal.stores.hours.opening.Schedule`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from portal.stores.hours.opening import Hours, Schedule

_HOURS = text("""
select s.id, s.time_zone, h.weekday, cast(null as date) as day, h.opens, h.closes, '' as note
  from store s left join store_hours h on h.store_id = s.id
 where s.id = any(:ids)
union all
select e.store_id, '', null, e.day, e.opens, e.closes, e.note
  from store_exception e
 where e.store_id = any(:ids) and e.day >= coalesce(cast(:since as date), '-infinity')
""")


def schedules(
    session: Session, store_ids: Iterable[int], *, since: date | None = None
) -> dict[int, Schedule]:
    """Hours of stores by id, in one statement.

    :param since: leave out exceptions before this day.
    """
    ids = sorted(set(store_ids))
    if not ids:
        return {}
    days = _Days(ids)
    for row in session.execute(_HOURS, {"ids": ids, "since": since}):
        days.add(row)
    return days.schedules()


class _Days:
    """Collects the rows of several stores."""

    def __init__(self, ids: Iterable[int]) -> None:
        self._zones: dict[int, str] = {}
        self._weekly: dict[int, dict[int, Hours]] = {each: {} for each in ids}
        self._exceptions: dict[int, dict[date, Hours | None]] = {each: {} for each in self._weekly}
        self._notes: dict[int, dict[date, str]] = {each: {} for each in self._weekly}

    def add(self, row: Row[Any]) -> None:
        """One weekday, one exception, or a store without hours."""
        hours = (row.opens, row.closes) if row.opens and row.closes else None
        if row.day is not None:
            self._exceptions[row.id][row.day] = hours
            self._notes[row.id][row.day] = row.note
            return
        self._zones[row.id] = row.time_zone
        if row.weekday is not None and hours is not None:
            self._weekly[row.id][row.weekday] = hours

    def schedules(self) -> dict[int, Schedule]:
        """Schedules of the stores that exist."""
        return {
            each: Schedule(zone, self._weekly[each], self._exceptions[each], self._notes[each])
            for each, zone in self._zones.items()
        }
