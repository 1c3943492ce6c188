"""When a store can have an order ready."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.orders.drafts.lines import Line, tint_quantity
from portal.stores.hours.opening import Schedule
from portal.stores.hours.readiness import ready_at

# A function of the database, because a customer may know how busy a store is, but sees its own orders only.
QUEUES = text("select store_id, orders, cans from store_queue(:stores)")


class Workshop(Protocol):
    """How fast a store works: minutes to pick an order and to tint a can."""

    @property
    def lead_minutes(self) -> int: ...
    @property
    def tint_minutes(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Queue:
    """What a store has yet to do: open orders, and units to tint in them."""

    orders: int = 0
    cans: int = 0


def queues(session: Session, store_ids: Iterable[int]) -> dict[int, Queue]:
    """The queue of each store; one without open orders has an empty one. One statement."""
    wanted = sorted(set(store_ids))
    found = dict.fromkeys(wanted, Queue())
    for store_id, orders, cans in session.execute(QUEUES, {"stores": wanted}):
        found[store_id] = Queue(int(orders), int(cans))
    return found


@dataclass(frozen=True, slots=True)
class Work:
    """What a store has to do for an order: only what is there can be promised.

    :ivar units: of the order's goods, those that are there; None where it is asked about no goods.
    :ivar to_tint: those of them that get a colour.
    """

    units: int | None = None
    to_tint: int = 0

    @property
    def is_none(self) -> bool:
        """True if nothing of the order is there."""
        return self.units == 0


def work_of(lines: list[Line], shares: list[int]) -> Work:
    """The work for the part of these lines that is there.

    :param shares: how many of each line are there.
    """
    return Work(sum(shares), tint_quantity(lines, shares)) if lines else Work()


def ready_time(
    store: Workshop, schedule: Schedule, queue: Queue, *, now: datetime, work: Work
) -> datetime | None:
    """The open moment at which the store promises the part that is there of an order placed ``now``; None if nothing of
    it is there, or the store keeps no hours."""
    if work.is_none:
        return None
    return ready_at(
        schedule,
        now,
        lead_minutes=store.lead_minutes,
        tint_minutes=store.tint_minutes,
        cans_to_tint=work.to_tint,
        queue_minutes=queue.cans * store.tint_minutes,
    )
