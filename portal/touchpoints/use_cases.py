"""Keeping the log's months ready."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

MONTHS_AHEAD = 3


def make_partitions(
    session: Session, *, now: datetime, since: date | None = None, months_ahead: int = MONTHS_AHEAD
) -> list[str]:
    """Make the monthly partitions from this month (or ``since``) to some months ahead; returns all their names.

    The worker does it daily (job ``touchpoints.make_partitions``), so a month is there long before its first
    row. Writers of history from earlier years call it with ``since`` first. A row without a partition for its month is
    not lost: it goes to the default partition, and ``portal verify`` says so.
    """
    rows = session.execute(
        text(
            "select touchpoint_partition(month::date) from generate_series(date_trunc('month', cast(:first as date)), "
            "date_trunc('month', cast(:now as date)) + make_interval(months => :ahead), interval '1 month') as month"
        ),
        {"first": since or now.date(), "now": now.date(), "ahead": months_ahead},
    )
    return list(rows.scalars())
