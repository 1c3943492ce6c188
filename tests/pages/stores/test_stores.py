"""Store pages: which is near, when it is open, what it has of the draft, and which one is mine."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import UserSession
from portal.foundation.clock import utcnow
from portal.orders.models.drafts import Draft, DraftLine
from portal.stores.models import StoreException, StoreHours
from portal.touchpoints.models import Touchpoint
from tests.builders import Build, today
from tests.page import PageClient


class Scene:
    def __init__(self, build: Build) -> None:
        self.near = build.store("Dock Street", code="DOC-01", city="Albany")
        self.far = build.store("Quarry Road", code="QUA-01", city="Troy", latitude=44.0)
        self.company = build.company("Harbour Painting", home_store_id=self.near.id)
        self.buyer = build.user(self.company)
        self.wall, self.brush = build.variant(name="Evenwall, 1 gal"), build.variant(name="Sash brush")
        build.stock(self.near, self.wall, 5)
        build.stock(self.near, self.brush, 1)
        build.stock(self.far, self.wall, 50)
        build.stock(self.far, self.brush, 50)
        draft = build._add(
            Draft(
                company_id=self.company.id,
                owner_user_id=self.buyer.id,
                subject_user_id=self.buyer.id,
                created_at=utcnow(),
                updated_at=utcnow(),
            )
        )
        for position, (variant, quantity) in enumerate([(self.wall, 5), (self.brush, 4)]):
            build._add(
                DraftLine(
                    draft_id=draft.id,
                    company_id=self.company.id,
                    position=position,
                    variant_id=variant.id,
                    quantity=quantity,
                )
            )


@pytest.fixture
def scene(build: Build) -> Scene:
    return Scene(build)


@pytest.fixture
def buyer(client: PageClient, scene: Scene) -> PageClient:
    client.sign_in(scene.buyer.email)
    return client


def names(client: PageClient) -> list[str]:
    assert client.page is not None
    return ["".join(each.itertext()).strip() for each in client.page.iter("h2")]


def test_stores_stand_by_distance_with_the_stock_of_the_draft(buyer: PageClient) -> None:
    buyer.get("/stores")
    assert names(buyer) == ["Dock Street", "Quarry Road"]
    assert "from Dock Street" in buyer.text
    assert "1 of 2 lines of your draft" in buyer.text
    assert "Sash brush 1 of 4" in buyer.text
    assert "All 2 lines of your draft" in buyer.text
    assert " mi" in buyer.text
    assert 'href="tel:+15185550100"' in buyer.body
    assert "ready " in buyer.text


def test_from_a_town_or_from_where_one_is(buyer: PageClient) -> None:
    buyer.get("/stores?city=Troy,+NY")
    assert names(buyer) == ["Quarry Road", "Dock Street"]
    buyer.get("/stores?lat=44.1&lon=-73.7")
    assert "from your location" in buyer.text
    assert names(buyer) == ["Quarry Road", "Dock Street"]


@pytest.mark.parametrize(
    "query", ["lat=nan&lon=nan", "lat=1e999&lon=1", "lat=91&lon=0", "lat=&lon=", "city=%00", "lat=x&lon=-73"]
)
def test_odd_places_fall_back_to_one_s_store(buyer: PageClient, query: str) -> None:
    buyer.get(f"/stores?{query}")
    assert names(buyer) == ["Dock Street", "Quarry Road"]


def test_a_store_is_made_one_s_own(buyer: PageClient, scene: Scene, session: Session) -> None:
    buyer.get("/stores")
    answer = buyer.post("/stores/choice", {"store": "QUA-01", "next": "/products?q=sash"}, status=None)
    assert answer.headers["Location"] == "/products?q=sash"
    buyer.follow(answer)
    assert "You now see the stock and hours of Quarry Road." in buyer.text
    assert session.scalars(select(UserSession.store_id)).one() == scene.far.id
    fact = session.scalars(select(Touchpoint).where(Touchpoint.name == "pickup_store_selected")).one()
    assert (fact.store_id, fact.account_id, fact.valid) == (scene.far.id, scene.company.id, True)
    assert fact.props == {"store_before": scene.near.id}
    answer = buyer.post("/stores/choice", {"store": "QUA-01", "next": "//evil.example"}, status=None)
    assert answer.headers["Location"] == "/stores"
    assert (
        len(session.scalars(select(Touchpoint).where(Touchpoint.name == "pickup_store_selected")).all()) == 1
    )


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


def test_statements_do_not_grow_with_lines_and_stores(
    buyer: PageClient, scene: Scene, build: Build, statements: Any
) -> None:
    with statements() as few:
        buyer.http.get("/stores")
    draft = build.session.scalars(select(Draft)).one()
    for n in range(30):
        build.store()
        variant = build.variant(price=None)
        build._add(
            DraftLine(
                draft_id=draft.id,
                company_id=scene.company.id,
                position=2 + n,
                variant_id=variant.id,
                quantity=1,
            )
        )
    with statements() as many:
        buyer.http.get("/stores")
    assert len(many) == len(few) <= 11
