"""Opening hours with exceptions, from the database."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy.orm import Session

from portal.stores.hours.queries import schedules
from portal.stores.models import StoreException
from tests.builders import Build


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
