"""When a store can have an order ready."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session

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


def ready_time(
    store: Workshop, schedule: Schedule, queue: Queue, *, now: datetime, to_tint: int
) -> datetime | None:
    """The open moment at which the store promises an order placed ``now``; None if it keeps no hours."""
    return ready_at(
        schedule,
        now,
        lead_minutes=store.lead_minutes,
        tint_minutes=store.tint_minutes,
        cans_to_tint=to_tint,
        queue_minutes=queue.cans * store.tint_minutes,
    )
