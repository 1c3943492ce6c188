"""Months and timelines of the log."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.foundation.actor import SYSTEM
from portal.orders.fulfilment.facts.promise import ReadyForPickup
from portal.touchpoints.queries import timeline
from portal.touchpoints.recording import Event, record, write_recorded
from portal.touchpoints.use_cases import make_partitions
from tests.builders import NOW


def note(session: Session, n: int, **fields: Any) -> None:
    given: dict[str, Any] = {
        "account_id": 1,
        "now": NOW + timedelta(seconds=n),
        "key": f"ready_for_pickup:{n}",
    }
    record(session, Event(ReadyForPickup(), actor=SYSTEM, **{**given, **fields}))


def test_months_are_made_ahead_and_again_without_harm(session: Session) -> None:
    january = datetime(2031, 1, 15, tzinfo=UTC)
    try:
        made = make_partitions(session, now=january, since=date(2030, 11, 30), months_ahead=1)
        assert made == [f"touchpoint_y{month}" for month in ("2030m11", "2030m12", "2031m01", "2031m02")]
        assert make_partitions(session, now=january, months_ahead=0) == ["touchpoint_y2031m01"]
        note(session, 1, now=january)
        session.flush()
    finally:
        session.rollback()


def test_a_month_of_its_own_takes_its_rows(session: Session) -> None:
    # Rolled back at the end, so that other tests find the months they expect.
    last = datetime(2030, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    make_partitions(session, now=last)
    for n, moment in enumerate((last, last + timedelta(microseconds=1))):
        note(session, n, now=moment)
    write_recorded(session)
    placed = session.execute(
        text("select tableoid::regclass::text from touchpoint order by occurred_us")
    ).scalars()
    assert list(placed) == ["touchpoint_y2030m12", "touchpoint_y2031m01"]
    session.rollback()


def test_rows_move_into_a_month_that_was_made_late(session: Session) -> None:
    late = datetime(2031, 2, 3, tzinfo=UTC)  # a month that no other test reaches
    for n in range(3):
        note(session, n, now=late)
    session.commit()
    columns = "event_id, xid, session_seq, fingerprint, tableoid::regclass::text as place"
    before = session.execute(text(f"select {columns} from touchpoint order by event_id")).all()
    assert {row.place for row in before} == {"touchpoint_other"}
    assert make_partitions(session, now=late, months_ahead=0) == ["touchpoint_y2031m02"]
    after = session.execute(text(f"select {columns} from touchpoint order by event_id")).all()
    assert {row.place for row in after} == {"touchpoint_y2031m02"}
    assert [row[:4] for row in after] == [row[:4] for row in before]
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(text("update touchpoint set outcome = 'denied'"))
    note(session, 9, now=datetime(1999, 1, 1, tzinfo=UTC))
    write_recorded(session)
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(text("delete from touchpoint_other"))
    session.rollback()


def test_a_timeline_is_read_page_by_page_newest_first(session: Session, statements: Any) -> None:
    for n in range(7):
        note(
            session,
            n // 2,
            key=f"ready_for_pickup:{n}",
            now=NOW + timedelta(seconds=n // 2),
            links={"order_id": 5},
        )
    note(session, 99, account_id=2)
    session.commit()
    found: list[int] = []
    cursor = None
    for _ in range(4):
        with statements() as heard:
            page = timeline(session, account_id=1, cursor=cursor, limit=2)
        assert len(heard) == 1
        found += [entry.occurred_us for entry in page.rows]
        cursor = page.next_cursor
    assert cursor is None
    assert len(found) == 7
    assert found == sorted(found, reverse=True)
    assert len(timeline(session, order_id=5).rows) == 7
    assert timeline(session, account_id=1, names=["picked_up"]).rows == []
    assert timeline(session, account_id=1, cursor="made up").rows[0].says == "Ready for pickup"
    with pytest.raises(ValueError, match="of a company or of an order"):
        timeline(session)
