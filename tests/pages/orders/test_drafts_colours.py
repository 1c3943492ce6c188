"""A line's colour is changed where it stands."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.catalog.models import Variant
from portal.foundation.secrets.handles import handle
from portal.orders.models.drafts import DraftLine
from tests.builders import Build
from tests.page import PageClient
from tests.shop import Shop

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def shop(build: Build) -> Shop:
    store = build.store("Dock Street")
    company = build.company("Harbor Painting", home_store_id=store.id)
    user = build.user(company, name="Dana Ortiz")
    for number, name in (("TC-0001", "Harbor Fog"), ("TC-0002", "Harbor Mist"), ("TC-0003", "Brick")):
        build.colour(number=number, name=name)
    return Shop(build, company, user, build.actor(user, company), store)


@pytest.fixture
def signed_in(shop: Shop, client: PageClient) -> PageClient:
    client.sign_in(shop.user.email)
    return client


@pytest.fixture
def paint(shop: Shop) -> Variant:
    return shop.build.variant("INT-1", tintable=True, name="Satin, 1 gal")


def lines(session: Session) -> list[Any]:
    session.expire_all()
    return list(session.scalars(select(DraftLine).order_by(DraftLine.position)))


def what(session: Session) -> list[tuple[int, str | None]]:
    return [(line.quantity, line.colour_number) for line in lines(session)]


def add(client: PageClient, quantity: int, colour: str = "") -> None:
    client.post("/drafts/current/lines", {"sku": "INT-1", "quantity": quantity, "colour_number": colour})


def save(client: PageClient, session: Session, colours: dict[int, str], *, status: int = 302) -> None:
    """Send the form of the lines with other colours, by place in the draft."""
    there = lines(session)
    form: dict[str, Any] = {f"quantity-{handle('line', line.id)}": line.quantity for line in there}
    form |= {f"colour-{handle('line', there[place].id)}": words for place, words in colours.items()}
    answer = client.post(f"/drafts/{handle('draft', there[0].draft_id)}/lines", form, status=status)
    if status == 302:
        client.follow(answer)


def test_by_number_by_name_and_none(signed_in: PageClient, paint: Variant, session: Session) -> None:
    add(signed_in, 4)
    signed_in.get("/drafts/current")
    assert "Choose a colour" in signed_in.text
    save(signed_in, session, {0: "tc-0001"})
    assert what(session) == [(4, "TC-0001")]
    assert "Harbor Fog" in signed_in.text
    assert "Change the colour of Satin, 1 gal" in signed_in.text
    save(signed_in, session, {0: " harbor  MIST "})
    assert what(session) == [(4, "TC-0002")]
    save(signed_in, session, {0: ""})
    assert what(session) == [(4, None)]


def test_a_line_that_becomes_like_another_is_added_to_it(
    signed_in: PageClient, paint: Variant, session: Session
) -> None:
    add(signed_in, 4, "TC-0001")
    add(signed_in, 2, "TC-0002")
    add(signed_in, 1)
    first = lines(session)[0].id
    save(signed_in, session, {2: "TC-0001"})
    assert what(session) == [(5, "TC-0001"), (2, "TC-0002")]
    assert lines(session)[0].id == first
    save(signed_in, session, {0: "TC-0002", 1: "TC-0001"})
    assert what(session) == [(5, "TC-0002"), (2, "TC-0001")], "two lines may swap their colours"
    save(signed_in, session, {0: "Brick", 1: "Brick"})
    assert what(session) == [(7, "TC-0003")]


def test_what_is_wrong_is_said_next_to_the_field(
    shop: Shop, signed_in: PageClient, paint: Variant, session: Session
) -> None:
    add(signed_in, 4, "TC-0001")
    save(signed_in, session, {0: "Harbour Mist"}, status=422)
    assert "There is no colour “Harbour Mist” in our deck. Did you mean TC-0002 Harbor Mist" in signed_in.text
    assert 'value="Harbour Mist"' in signed_in.body
    assert f'href="#colour-{handle("line", lines(session)[0].id)}"' in signed_in.body
    assert what(session) == [(4, "TC-0001")]
    shop.build.variant("PACK")
    signed_in.post("/drafts/current/lines", {"sku": "PACK", "quantity": "1"})
    save(signed_in, session, {1: "TC-0001"}, status=422)
    assert "PACK cannot be tinted" in signed_in.text or "correct" in signed_in.text
    add(signed_in, 99_997, "TC-0002")
    save(signed_in, session, {2: "TC-0001"}, status=422)
    assert "Call us for an order of that size" in signed_in.text
    assert what(session) == [(4, "TC-0001"), (1, None), (99_997, "TC-0002")]


def test_a_wrong_colour_keeps_the_quantities_that_were_typed(
    signed_in: PageClient, paint: Variant, session: Session
) -> None:
    add(signed_in, 4)
    line = lines(session)[0]
    form = {f"quantity-{handle('line', line.id)}": "9", f"colour-{handle('line', line.id)}": "none such"}
    signed_in.post(f"/drafts/{handle('draft', line.draft_id)}/lines", form, status=422)
    assert 'value="9"' in signed_in.body
    assert what(session) == [(4, None)]


def test_another_ones_draft_stays_as_it_is(
    shop: Shop, signed_in: PageClient, paint: Variant, session: Session, client: PageClient
) -> None:
    add(signed_in, 4)
    line = lines(session)[0]
    client.http.delete_cookie("portal_session")
    client.sign_in(shop.build.user(shop.company).email)
    client.post(
        f"/drafts/{handle('draft', line.draft_id)}/lines",
        {f"colour-{handle('line', line.id)}": "TC-0001"},
        status=404,
    )
    assert what(session) == [(4, None)]


def test_it_is_told_and_costs_the_same_for_any_number_of_lines(
    signed_in: PageClient, shop: Shop, session: Session, statements: Counting
) -> None:
    costs = []
    for number in (2, 12):
        for n in range(number):
            sku = f"V-{number}-{n}"
            shop.build.variant(sku, tintable=True)
            signed_in.post("/drafts/current/lines", {"sku": sku, "quantity": "1"})
        fresh = [n for n, line in enumerate(lines(session)) if line.colour_number is None]
        with statements() as heard:
            save(signed_in, session, dict.fromkeys(fresh, "TC-0001"))
        costs.append(len(heard))
    assert costs[0] == costs[1]
    told = session.execute(
        text(
            "select count(*) from touchpoint where name = 'product_added' and props->>'colour_number' = 'TC-0001'"
        )
    ).scalar()
    assert told == 14
