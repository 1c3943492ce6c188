"""Drafts: add, paste, change, remove, park, resume, take over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.roles import PERMISSIONS
from portal.foundation.secrets.handles import handle
from portal.orders.drafts.problems import PROBLEM_WORDS, Problem
from portal.orders.models.drafts import Draft, DraftLine
from tests.builders import Build
from tests.page import PageClient
from tests.shop import Shop

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def shop(build: Build) -> Shop:
    store = build.store("Dock Street")
    company = build.company("Harbor Painting", home_store_id=store.id)
    user = build.user(company, name="Dana Ortiz")
    return Shop(build, company, user, build.actor(user, company), store)


@pytest.fixture
def signed_in(shop: Shop, client: PageClient) -> PageClient:
    client.sign_in(shop.user.email)
    return client


def lines(session: Session) -> list[Any]:
    query = select(DraftLine).order_by(DraftLine.position)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def test_an_empty_draft_says_what_to_do(signed_in: PageClient) -> None:
    signed_in.get("/drafts/current")
    assert "Nothing in it yet" in signed_in.text
    signed_in.get("/drafts")
    assert "No drafts yet" in signed_in.text


def test_adds_by_sku_part_number_and_colour(shop: Shop, signed_in: PageClient, session: Session) -> None:
    paint = shop.build.variant("SW-44-10", tintable=True, name="Satin White, 1 gal")
    shop.build.part_number(shop.company, paint, "OUR 7")
    shop.build.colour()
    for sku, colour in (("sw4410", ""), ("our-7", ""), ("SW-44-10", "tc-0001")):
        answer = signed_in.post(
            "/drafts/current/lines", {"sku": sku, "quantity": "2", "colour_number": colour}
        )
        signed_in.follow(answer)
    assert [(line.quantity, line.colour_number) for line in lines(session)] == [(4, None), (2, "TC-0001")]
    assert "Harbor Fog" in signed_in.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"sku": "", "quantity": "1"}, "Type a SKU or your own part number."),
        ({"sku": "NOPE", "quantity": "1"}, "We don't know “NOPE”."),
        ({"sku": "PACK", "quantity": "5"}, "Sold in packs of 4: take 4 or 8."),
        ({"sku": "PACK", "quantity": "x"}, "Give the quantity as a whole number."),
        ({"sku": "PACK", "quantity": "4", "colour_number": "TC-1"}, "PACK cannot be tinted."),
        ({"sku": "FREE", "quantity": "1"}, "There is no price for your company."),
        ({"sku": "OLD", "quantity": "1"}, "OLD is no longer made. Order PACK instead."),
        ({"sku": "TINT", "quantity": "1", "colour_number": "TC-9"}, "There is no colour TC-9 in our deck."),
    ],
)
def test_says_next_to_the_field_what_is_wrong(
    shop: Shop, signed_in: PageClient, session: Session, typed: dict[str, str], words: str
) -> None:
    from datetime import date

    pack = shop.build.variant("PACK", pack_size=4)
    shop.build.variant("FREE", price=None)
    shop.build.variant("TINT", tintable=True)
    shop.build.variant("OLD", discontinued_on=date(2020, 1, 1), replacement_id=pack.id)
    signed_in.post("/drafts/current/lines", typed, status=422)
    assert words in signed_in.text
    assert f'value="{typed["sku"]}"' in signed_in.body
    assert lines(session) == []
    assert session.scalars(select(Draft)).all() == []


def test_pastes_a_list_and_gets_wrong_lines_back(shop: Shop, signed_in: PageClient, session: Session) -> None:
    shop.build.variant("A-1")
    shop.build.variant("B-2", pack_size=6)
    answer = signed_in.post(
        "/drafts/current/pasted-lines", {"pasted": "a-1 3\nB-2;5\nZZ 1\n\na1\t2\nB-2, 12"}
    )
    signed_in.follow(answer)
    assert [line.quantity for line in lines(session)] == [5, 12]
    assert "2 lines added" in signed_in.text or "3 lines added" in signed_in.text
    assert "Sold in packs of 6: take 6." in signed_in.text
    assert "We don't know “ZZ”." in signed_in.text
    assert "B-2;5 ZZ 1" in signed_in.text  # in the box, ready to be corrected
    signed_in.follow(signed_in.post("/drafts/current/pasted-lines", {"pasted": "B-2;6"}))
    assert [line.quantity for line in lines(session)] == [5, 18]
    assert "to correct" not in signed_in.text


def test_changes_all_quantities_at_once(shop: Shop, signed_in: PageClient, session: Session) -> None:
    one, two, three = (shop.build.variant(pack_size=n) for n in (1, 4, 1))
    draft_id = shop.draft([(one, 2), (two, 4), (three, 1)])
    ids = [line.id for line in lines(session)]
    wrong = {
        f"quantity-{handle('line', ids[0])}": "9",
        f"quantity-{handle('line', ids[1])}": "5",
        f"quantity-{handle('line', ids[2])}": "1",
    }
    signed_in.post(f"/drafts/{handle('draft', draft_id)}/lines", wrong, status=422)
    assert "Sold in packs of 4: take 4 or 8." in signed_in.text
    assert 'value="9"' in signed_in.body  # what was typed is kept
    session.rollback()
    assert [line.quantity for line in lines(session)] == [2, 4, 1]
    right = {
        f"quantity-{handle('line', ids[0])}": "9",
        f"quantity-{handle('line', ids[1])}": "8",
        f"quantity-{handle('line', ids[2])}": "0",
    }
    signed_in.post(f"/drafts/{handle('draft', draft_id)}/lines", right)
    session.rollback()
    assert [line.quantity for line in lines(session)] == [9, 8]


def test_removes_and_puts_back(shop: Shop, signed_in: PageClient, session: Session) -> None:
    paint, tape = shop.build.variant(), shop.build.variant()
    draft_id = shop.draft([(paint, 3), (tape, 2)])
    first, second = lines(session)
    session.rollback()
    answer = signed_in.post(
        f"/drafts/{handle('draft', draft_id)}/lines/{handle('line', first.id)}/removal",
        {f"quantity-{handle('line', second.id)}": "7"},
    )
    signed_in.follow(answer)
    assert "The line was removed." in signed_in.text
    assert [line.quantity for line in lines(session)] == [7]
    session.rollback()
    signed_in.follow(signed_in.post(f"/drafts/{handle('draft', draft_id)}/lines/restored"))
    assert sorted(line.quantity for line in lines(session)) == [3, 7]
    assert "The line was removed." not in signed_in.text


def test_uses_the_replacement(
    shop: Shop, signed_in: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = shop.build.variant("NEW", pack_size=6, name="New tape")
    old = shop.build.variant("OLD", replacement_id=new.id)
    draft_id = shop.draft([(old, 4)])
    from datetime import date

    old.discontinued_on = date(2020, 1, 1)
    shop.build.session.commit()
    signed_in.get(f"/drafts/{handle('draft', draft_id)}")
    assert "No longer made." in signed_in.text
    # However it is worded, the button is there. Seen failing with a template that looked for the sentence.
    monkeypatch.setitem(PROBLEM_WORDS, Problem.NO_LONGER_MADE, "Out of our range.")
    signed_in.get(f"/drafts/{handle('draft', draft_id)}")
    assert "Out of our range." in signed_in.text
    assert "Use it instead" in signed_in.text
    assert "line is-off" in signed_in.body
    line = lines(session)[0]
    session.rollback()
    signed_in.follow(
        signed_in.post(f"/drafts/{handle('draft', draft_id)}/lines/{handle('line', line.id)}/replacement")
    )
    assert [(each.variant_id, each.quantity) for each in lines(session)] == [(new.id, 6)]


def test_parks_resumes_renames_discards_and_restores(
    shop: Shop, signed_in: PageClient, session: Session
) -> None:
    draft_id = shop.draft([(shop.build.variant(), 3)])
    signed_in.get("/drafts/current")
    signed_in.follow(signed_in.post(f"/drafts/{handle('draft', draft_id)}/parking"))
    assert "Parked" in signed_in.text
    signed_in.post(f"/drafts/{handle('draft', draft_id)}/name", {"name": "Elm Street, second coat"})
    signed_in.follow(signed_in.post(f"/drafts/{handle('draft', draft_id)}/resumption"))
    assert "Elm Street, second coat" in signed_in.text
    signed_in.post(f"/drafts/{handle('draft', draft_id)}/name", {"name": "x" * 81}, status=422)
    signed_in.follow(signed_in.post(f"/drafts/{handle('draft', draft_id)}/discarding"))
    assert "“Elm Street, second coat” was discarded." in signed_in.text
    signed_in.follow(signed_in.post(f"/drafts/{handle('draft', draft_id)}/restoration"))
    assert "3" in signed_in.text
    assert session.scalar(select(Draft.state)) == "current"


def test_a_colleagues_draft_is_read_and_copied(shop: Shop, client: PageClient, session: Session) -> None:
    draft_id = shop.draft([(shop.build.variant(name="Satin"), 3)])
    colleague = shop.build.user(shop.company, name="Lee Baxter")
    client.sign_in(colleague.email)
    client.get("/drafts")
    assert "Dana Ortiz" in client.text
    client.get(f"/drafts/{handle('draft', draft_id)}")
    assert "A colleague works on this draft" in client.text
    assert "Pickup or delivery" not in client.text
    for path in ("lines", "parking", "discarding", "name", "resumption"):
        client.post(f"/drafts/{handle('draft', draft_id)}/{path}", {"name": "mine"}, status=404)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup", status=404)
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/copies"))
    assert session.scalars(select(Draft.owner_user_id).order_by(Draft.id)).all() == [
        shop.user.id,
        colleague.id,
    ]
    assert [line.quantity for line in lines(session)] == [3, 3]


@pytest.mark.parametrize("may_write", [True, False])
def test_a_copy_is_offered_to_those_who_may_write(
    shop: Shop, client: PageClient, monkeypatch: pytest.MonkeyPatch, may_write: bool
) -> None:
    """Seen failing with ``may("drafts:read")`` in the template."""
    if not may_write:
        monkeypatch.setitem(PERMISSIONS, "buyer", PERMISSIONS["buyer"] - {"drafts:write"})
    draft_id = shop.draft([(shop.build.variant(name="Satin"), 3)])
    client.sign_in(shop.build.user(shop.company, "buyer").email)
    client.get(f"/drafts/{handle('draft', draft_id)}")
    assert "A colleague works on this draft" in client.text
    assert ("Work on a copy" in client.text) is may_write


@pytest.mark.parametrize(("name", "words"), [("", "The draft was"), ("The draft", "“The draft” was")])
def test_a_discarded_draft_is_named_if_it_has_a_name(
    shop: Shop, signed_in: PageClient, name: str, words: str
) -> None:
    """Seen failing with “The draft” kept as the name of a draft that has none."""
    draft_id = shop.draft([(shop.build.variant(), 3)])
    if name:
        signed_in.post(f"/drafts/{handle('draft', draft_id)}/name", {"name": name})
    signed_in.follow(signed_in.post(f"/drafts/{handle('draft', draft_id)}/discarding"))
    assert f"{words} discarded." in signed_in.text


def test_another_companys_draft_is_not_there(shop: Shop, client: PageClient) -> None:
    draft_id = shop.draft([(shop.build.variant(), 3)])
    client.sign_in(shop.build.user(shop.build.company()).email)
    client.get(f"/drafts/{handle('draft', draft_id)}", status=404)
    client.post(f"/drafts/{handle('draft', draft_id)}/copies", status=404)


def test_a_viewer_cannot(shop: Shop, client: PageClient) -> None:
    draft_id = shop.draft([(shop.build.variant(), 3)])
    client.sign_in(shop.build.user(shop.company, "viewer").email)
    client.get(f"/drafts/{handle('draft', draft_id)}/review", status=403)
    client.post(f"/drafts/{handle('draft', draft_id)}/placement", status=403)
    client.post("/drafts/current/lines", {"sku": "X"}, status=403)


@pytest.mark.parametrize("many", [0, 20, 200])
def test_the_page_takes_few_statements(shop: Shop, app: Flask, statements: Counting, many: int) -> None:
    for _ in range(many):
        shop.build.stock(shop.store, shop.build.variant())
    from portal.catalog.models import Variant

    shop.draft([(variant, 1) for variant in shop.build.session.scalars(select(Variant))])
    client = PageClient(app)
    client.sign_in(shop.user.email)
    with statements() as heard:
        client.get("/drafts/current")
    assert len(heard) <= 6, heard
