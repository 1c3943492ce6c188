"""Stores near a place: by distance, with the stock of the draft; choosing one."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import UserSession
from portal.orders.models.drafts import Draft, DraftLine
from portal.touchpoints.models import Touchpoint
from tests.builders import Build
from tests.page import PageClient
from tests.pages.stores.scene import Scene, names


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
