"""Pickup windows: capacity holds in parallel, and what is offered is what can be booked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.foundation.errors import Rejected
from portal.stores.hours.queries import schedules
from portal.stores.models import PickupSlot, StoreException
from portal.stores.near.queries.nearby import stores_near
from portal.stores.windows.queries import open_windows
from portal.stores.windows.use_cases import book_window, unbook_window
from tests.builders import NOW, Build
from tests.domain.stores.test_stock import at_once

Sessions = sessionmaker[Session]
ELEVEN = datetime(2026, 6, 2, 15, 0, tzinfo=UTC)  # 11 am in New York


def test_a_window_takes_no_more_than_it_can(build: Build, sessions: Sessions) -> None:
    store = build.store()

    def book(_: int) -> object:
        try:
            with sessions() as session, session.begin():
                book_window(session, store_id=store.id, starts_at=ELEVEN, capacity=3)
        except Rejected as no:
            return no.code
        return "booked"

    answers = at_once(12, book)
    assert sorted(map(str, answers)) == ["booked"] * 3 + ["window_full"] * 9
    with sessions() as session:
        assert session.get_one(PickupSlot, (store.id, ELEVEN)).booked == 3


def test_a_place_given_back_can_be_taken_again(build: Build, session: Session) -> None:
    store = build.store()
    asked = {"store_id": store.id, "starts_at": ELEVEN}
    book_window(session, **asked, capacity=1)
    with pytest.raises(Rejected) as refused:
        book_window(session, **asked, capacity=1)
    assert refused.value.field == "window"
    unbook_window(session, **asked)
    unbook_window(session, **asked)  # nothing left to give back: no harm
    book_window(session, **asked, capacity=1)
    with pytest.raises(Rejected):
        book_window(session, store_id=store.id, starts_at=NOW, capacity=0)


def test_the_store_may_change_what_a_window_takes(build: Build, session: Session) -> None:
    store = build.store()
    asked = {"store_id": store.id, "starts_at": ELEVEN}
    book_window(session, **asked, capacity=2)
    book_window(session, **asked, capacity=2)
    with pytest.raises(Rejected):
        book_window(session, **asked, capacity=1)
    book_window(session, **asked, capacity=3)


def test_offered_windows_begin_after_the_order_is_ready_and_have_room(build: Build, session: Session) -> None:
    store = build.store(window_minutes=120, window_capacity=1)
    book_window(session, store_id=store.id, starts_at=ELEVEN, capacity=1)
    session.flush()
    found = open_windows(session, store, NOW, 1)
    # Open 7 to 18 in New York: 11, 13 and 15 o'clock are left; 11 is full.
    assert [each.starts_at.hour - 4 for each in found] == [13, 15]
    ready = NOW + timedelta(hours=3, minutes=1)
    assert [each.starts_at.hour - 4 for each in open_windows(session, store, NOW, 1, ready=ready)] == [15]
    every = open_windows(session, store, NOW, 1, include_full=True)
    assert [(each.starts_at.hour - 4, each.left) for each in every] == [(11, 0), (13, 1), (15, 1)]


def test_hours_with_exceptions_come_in_one_statement(build: Build, session: Session, statements) -> None:  # type: ignore[no-untyped-def]
    plain, special = build.store(), build.store(time_zone="America/Denver")
    build.session.add_all(
        [
            StoreException(store_id=special.id, day=date(2026, 7, 4), note="Independence Day"),
            StoreException(store_id=special.id, day=date(2026, 1, 2), opens=time(9), closes=time(12)),
        ]
    )
    build.session.commit()
    session.connection()
    with statements() as heard:
        found = schedules(session, [plain.id, special.id])
    assert len(heard) == 1
    assert found[plain.id].exceptions == {}
    assert found[plain.id].weekly[6] == (time(7), time(18))
    assert 7 not in found[plain.id].weekly
    assert found[special.id].zone == "America/Denver"
    assert found[special.id].exceptions == {date(2026, 7, 4): None, date(2026, 1, 2): (time(9), time(12))}
    recent = schedules(session, [special.id], since=date(2026, 6, 1))[special.id]
    assert list(recent.notes.values()) == ["Independence Day"]
    assert schedules(session, []) == {}


def test_near_stores_with_what_they_have(build: Build, session: Session, statements) -> None:  # type: ignore[no-untyped-def]
    near = build.store("Near", latitude=42.65, longitude=-73.75)
    far = build.store("Far", latitude=40.71, longitude=-74.0)
    here, short, nowhere = build.variant(), build.variant(), build.variant()
    build.stock(near, here, 10)
    build.stock(near, short, 10, reserved=7)
    build.stock(far, short, 4)
    wants = {here.id: 2, short.id: 4, nowhere.id: 1}
    session.connection()
    with statements() as heard:
        found = stores_near(session, latitude=42.66, longitude=-73.75, wants=wants, limit=5)
    assert len(heard) == 2
    assert [each.store.name for each in found] == ["Near", "Far"]
    assert found[0].short == {short.id: 3, nowhere.id: 0}
    assert (found[0].lines_available, found[0].lines_total, found[0].has_all) == (1, 3, False)
    assert found[1].short == {here.id: 0, nowhere.id: 0}
    assert (found[0].distance, found[1].distance) == ("0.7 mi", "135 mi")
    unplaced = stores_near(session, latitude=None, longitude=None, wants={})
    assert [each.store.name for each in unplaced] == ["Far", "Near"]
    assert unplaced[0].distance == ""
    assert unplaced[0].has_all
    only = stores_near(session, latitude=40.7, longitude=-74.0, wants={}, limit=1)
    assert [each.store.name for each in only] == ["Far"]
