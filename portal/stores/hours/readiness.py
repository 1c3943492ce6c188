"""When an order is ready for pickup: the store's hours, its lead time, and the tint queue.

Pure rules. All work is done in open hours. Picking takes the lead time regardless of the order's length; tinting
begins after the queue before it and runs in parallel with picking, so the longer of the two counts.
"""

from __future__ import annotations

from datetime import datetime

from portal.stores.hours.opening import NeverOpen, Schedule, open_minutes_after


def work_minutes(*, lead_minutes: int, tint_minutes: int, cans_to_tint: int, queue_minutes: int) -> int:
    """Open minutes until an order is ready.

    :param lead_minutes: the store's time to pick an order.
    :param tint_minutes: time to tint one can.
    :param cans_to_tint: cans of this order that get a colour.
    :param queue_minutes: tinting already promised to earlier orders.
    """
    tinting = queue_minutes + cans_to_tint * tint_minutes if cans_to_tint else 0
    return max(lead_minutes, tinting)


def ready_at(
    schedule: Schedule,
    now: datetime,
    lead_minutes: int,
    tint_minutes: int,
    cans_to_tint: int,
    queue_minutes: int,
) -> datetime | None:
    """The open moment from which an order placed ``now`` can be picked up; None: the store does not open."""
    minutes = work_minutes(
        lead_minutes=lead_minutes,
        tint_minutes=tint_minutes,
        cans_to_tint=cans_to_tint,
        queue_minutes=queue_minutes,
    )
    try:
        return open_minutes_after(schedule, now, minutes)
    except NeverOpen:
        return None
