"""Keeping the log's months ready, and its rows right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.foundation.actor import SYSTEM
from portal.foundation.errors import NotFound
from portal.touchpoints.facts import TouchpointVoided
from portal.touchpoints.models import Touchpoint
from portal.touchpoints.queries import INVALID
from portal.touchpoints.recording import Event, record

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


def void_touchpoints(session: Session, *, ids: Iterable[UUID], reason: str, now: datetime) -> int:
    """Void rows that are wrong: for each, a new row that names it. Returns how many; one voided before stays as it is.

    :param reason: why, as a code (invalid, duplicate, mistake).
    :raises NotFound: if there is no such row.
    """
    voided = 0
    for event_id in sorted(set(ids)):
        wrong = session.scalar(select(Touchpoint).where(Touchpoint.event_id == event_id))
        if wrong is None:
            raise NotFound
        if session.scalar(select(Touchpoint.event_id).where(Touchpoint.voids_event_id == event_id)) is None:
            _void(session, wrong, reason, now)
            voided += 1
    return voided


def void_invalid(session: Session, *, now: datetime) -> int:
    """Void every row whose properties are not what its kind says. Returns how many."""
    ids = [UUID(row.event_id) for row in session.execute(text(INVALID))]
    return void_touchpoints(session, ids=ids, reason="invalid", now=now)


def _void(session: Session, wrong: Touchpoint, reason: str, now: datetime) -> None:
    record(
        session,
        Event(
            TouchpointVoided(voided=wrong.name, reason=reason),
            actor=SYSTEM,
            now=now,
            key=f"touchpoint_voided:{wrong.event_id}",
            account_id=wrong.account_id,
            voids_event_id=wrong.event_id,
            links={"order_id": wrong.order_id, "invoice_id": wrong.invoice_id},
        ),
    )
