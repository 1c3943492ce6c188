"""The page of a store: hours, exceptions, pickup windows."""

from __future__ import annotations

from datetime import time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import UserSession
from portal.stores.models import StoreException, StoreHours
from tests.builders import Build, today
from tests.page import PageClient
from tests.pages.stores.scene import Scene


def test_a_store_that_is_not_there(buyer: PageClient, session: Session) -> None:
    buyer.get("/stores/NOPE", status=404)
    buyer.get("/stores/%00", status=400)
    buyer.post("/stores/choice", {"store": "NOPE"}, status=404)
    assert session.scalars(select(UserSession.store_id)).one() is None


def test_the_week_tells_other_hours_and_why(buyer: PageClient, scene: Scene, build: Build) -> None:
    soon, later = today() + timedelta(days=3), today() + timedelta(days=20)
    build.session.add_all(
        [
            StoreException(store_id=scene.near.id, day=soon, note="Stocktaking"),
            StoreException(
                store_id=scene.near.id, day=later, opens=time(9), closes=time(12), note="Short day"
            ),
        ]
    )
    build.session.commit()
    buyer.get("/stores/doc-01")
    assert "Closed Stocktaking" in buyer.text
    assert "9:00 am to 12:00 pm Short day" in buyer.text
    assert "7:00 am to 6:00 pm" in buyer.text
    assert "6 left" in buyer.text
    assert "Your store" in buyer.text


def test_a_store_without_hours_asks_to_be_called(buyer: PageClient, scene: Scene, build: Build) -> None:
    build.session.query(StoreHours).filter_by(store_id=scene.far.id).delete()
    build.session.commit()
    buyer.get("/stores")
    assert "Hours not known, call first" in buyer.text
    buyer.get("/stores/QUA-01")
    assert "No windows in the next days. Call the store." in buyer.text
