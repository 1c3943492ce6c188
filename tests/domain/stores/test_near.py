"""Stores near a place, with what each has."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.stores.near.queries.nearby import stores_near
from tests.builders import Build


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
