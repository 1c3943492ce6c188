"""What the look-up box shows while somebody types is in the log, too."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.touchpoints.models import Touchpoint
from tests.builders import Build
from tests.page import PageClient
from tests.placed_orders import Counter, counter

LIVE = {"HX-Request": "true"}


@pytest.fixture
def scene(build: Build, client: PageClient) -> Counter:
    scene = counter(build)
    scene.buyer.email = "dana@harbour.example"
    build.session.commit()
    client.sign_in(build.user(kind="support").email)
    return scene


def looked(session: Session) -> list[Touchpoint]:
    session.rollback()
    found = select(Touchpoint).where(Touchpoint.name == "history_looked_up").order_by(Touchpoint.recorded_us)
    return list(session.scalars(found))


@pytest.mark.parametrize("typed", ["dana@harbour.example", "dana@harb"])
def test_a_live_answer_names_whom_it_showed(
    typed: str, scene: Counter, client: PageClient, session: Session
) -> None:
    """Seen failing with live answers left out: four look-ups, no touchpoint."""
    client.get("/lookup", query_string={"q": typed}, headers=LIVE)
    (row,) = looked(session)
    assert row.valid
    assert (row.account_id, row.props["people"]) == (scene.company.id, [scene.buyer.id])
    assert "dana" not in str(vars(row))


def test_a_list_names_every_company_and_document(
    scene: Counter, build: Build, client: PageClient, session: Session
) -> None:
    """Seen failing with nothing but the number of results."""
    for n in range(3):
        scene.order(number=f"T-90{n}", po_number="7731")
    client.get("/lookup?q=7731", headers=LIVE)
    (row,) = looked(session)
    assert row.props["accounts"] == [scene.company.id]
    assert sorted(row.props["documents"]) == ["T-900", "T-901", "T-902"]
    other = build.company()
    client.get("/customers")
    assert set(looked(session)[-1].props["accounts"]) >= {scene.company.id, other.id}


def test_a_board_that_refreshes_itself_is_one_touchpoint(
    scene: Counter, build: Build, client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing with a touchpoint for every refresh."""
    from portal.foundation.clock import utcnow

    moment = utcnow()
    monkeypatch.setattr("portal.web.transaction.utcnow", lambda: moment)
    client.http.delete_cookie("portal_session")
    client.sign_in(build.user(kind="store", store_id=scene.store.id).email)
    before = len(looked(session))
    for _ in range(3):
        client.get("/counter", headers=LIVE)
    assert len(looked(session)) == before + 1
