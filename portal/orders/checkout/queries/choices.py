"""What the pickup step offers: stores with the stock of this draft, ready times, windows, addresses, jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.orders.checkout.queries.promises import Queue, queues, ready_time, work_of
from portal.orders.drafts.lines import Line, share_out, wanted_by_variant
from portal.stores.hours.opening import closing, next_opening
from portal.stores.near.queries.nearby import NearStore, stores_near
from portal.stores.windows.queries import OpenWindow, open_windows

NEAR = 8
WINDOW_DAYS = 4


@dataclass(frozen=True)
class StoreChoice:
    """A store that could have the order ready, and when (None: it keeps no hours, or has nothing of it).

    :ivar nothing_there: the store has nothing of what is wanted, so that nothing can be promised.
    """

    near: NearStore
    nothing_there: bool
    ready: datetime | None
    opens: datetime | None
    closes: datetime | None

    @property
    def id(self) -> int:
        return self.near.store.id


@dataclass(frozen=True)
class Offer:
    """The nearby stores, the chosen one among them, and its windows."""

    stores: list[StoreChoice]
    chosen: StoreChoice | None
    windows: list[OpenWindow]


def offer(
    session: Session,
    *,
    lines: list[Line],
    now: datetime,
    near: tuple[float, float] | None,
    store_id: int | None,
) -> Offer:
    """Stores by distance from a position, with the stock of these lines and the time by which each would have
    them ready. Four statements, one more if the chosen store is not among them.

    :param near: latitude and longitude in degrees.
    """
    wants = wanted_by_variant(lines)
    latitude, longitude = near or (None, None)
    found = stores_near(session, latitude=latitude, longitude=longitude, wants=wants, limit=NEAR)
    choices = _choices(session, found, now, lines)
    chosen = next((each for each in choices if each.id == store_id), choices[0] if choices else None)
    windows: list[OpenWindow] = []
    if chosen is not None and chosen.ready is not None:
        windows = open_windows(
            session, chosen.near.store, now, WINDOW_DAYS, ready=chosen.ready, schedule=chosen.near.schedule
        )
    return Offer(choices, chosen, windows)


def _choices(session: Session, found: list[NearStore], now: datetime, lines: list[Line]) -> list[StoreChoice]:
    busy = queues(session, [each.store.id for each in found])
    return [_choice(each, busy[each.store.id], now, lines) for each in found]


def _choice(near: NearStore, queue: Queue, now: datetime, lines: list[Line]) -> StoreChoice:
    work = work_of(lines, share_out(lines, near.available))
    return StoreChoice(
        near,
        work.is_none,
        ready_time(near.store, near.schedule, queue, now=now, work=work),
        next_opening(near.schedule, now),
        closing(near.schedule, now),
    )


def windows_by_day(
    windows: list[OpenWindow], zone_of: StoreChoice
) -> list[tuple[datetime, list[OpenWindow]]]:
    """Windows grouped by the store's calendar day, each with its first start."""
    days: dict[object, list[OpenWindow]] = {}
    for window in windows:
        days.setdefault(zone_of.near.schedule.local_day(window.starts_at), []).append(window)
    return [(each[0].starts_at, each) for each in days.values()]


def short_lines(lines: list[Line], available: Mapping[int, int]) -> list[tuple[Line, int]]:
    """Lines of which there is less than wanted, with what there is of each.

    :param available: units by variant; two colors of one variant share them, in the order of the lines.
    """
    left = dict(available)
    short = []
    for line in lines:
        there = max(0, left.get(line.variant_id, 0))
        left[line.variant_id] = there - line.quantity
        if there < line.quantity:
            short.append((line, there))
    return short
