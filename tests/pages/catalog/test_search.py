"""Search: what a buyer finds, row by row."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalog.models import Product
from portal.orders.models.drafts import Draft, DraftLine
from tests.builders import Build
from tests.page import PageClient
from tests.pages.catalog.scene import EVER, Scene, field


def test_nothing_asked_shows_where_to_begin(buyer: PageClient, session: Session) -> None:
    for product in session.scalars(select(Product)):
        product.category = "Interior paint" if product.tintable else "Brushes"
    session.commit()
    buyer.get("/products")
    assert "Bought before" in buyer.text
    assert "Brushes 1 product" in buyer.text
    buyer.get("/products?category=Interior+paint")
    assert "Evenwall" in buyer.text
    assert "1 gal, 5 gal" in buyer.text
    assert "Sash brush" not in buyer.text
    buyer.get("/products?category=Wallpaper")
    assert "Nothing in Wallpaper" in buyer.text


def test_a_row_tells_price_stock_and_the_own_number(buyer: PageClient) -> None:
    buyer.get("/products?q=ew4410")
    assert "2 matches for “ew4410”" in buyer.text
    assert "$41.2055 each" in buyer.text
    assert "9 at Dock Street" in buyer.text
    assert "None at Dock Street" in buyer.text
    assert "Your number WALL-07" in buyer.text
    assert "Choose colour" in buyer.text


def test_a_row_goes_into_the_draft_and_back_to_the_search(
    buyer: PageClient, scene: Scene, session: Session
) -> None:
    buyer.get("/products?q=sash")
    assert buyer.page is not None
    form = next(
        each for each in buyer.page.iter("form") if each.get("method") == "post" and field(each, "sku")
    )
    assert form.get("action") == "/drafts/current/lines"
    sent = {name: field(form, name) for name in ("sku", "quantity", "next", "source")}
    assert sent == {"sku": "BR-2", "quantity": "1", "next": "/products?q=sash", "source": "search"}
    answer = buyer.post(str(form.get("action")), {**sent, "quantity": "3"}, status=None)
    assert answer.status_code in (302, 303)
    assert answer.headers["Location"] == "/products?q=sash"
    line = session.scalars(select(DraftLine).join(Draft).where(Draft.owner_user_id == scene.buyer.id)).one()
    assert (line.variant_id, line.quantity) == (scene.brush.id, 3)


def test_a_viewer_looks_and_adds_nothing(client: PageClient, scene: Scene, build: Build) -> None:
    viewer = build.user(scene.ours, "viewer")
    client.sign_in(viewer.email)
    client.get("/products?q=sash")
    assert "$11.79" in client.text
    assert "/drafts/current/lines" not in client.body
    client.get("/products")
    assert "Bought before" not in client.text


def test_misspelt_says_so_and_nothing_found_says_what_to_do(buyer: PageClient) -> None:
    buyer.get("/products?q=evnwall")
    assert "Nothing is called “evnwall”. This is close:" in buyer.text
    buyer.get("/products?q=evenwal+porcelain")
    assert "Nothing found for “evenwal porcelain”" in buyer.text
    assert buyer.page is not None
    assert "/products?q=Evenwall" in {each.get("href") for each in buyer.page.iter("a")}


@pytest.mark.parametrize(
    "typed", ["%00", "%25", "_", "'", "a" * 5000, "%F0%9F%8E%A8", "\\", ")%20or%201=1", "…"]
)
def test_odd_queries_are_answered(buyer: PageClient, typed: str) -> None:
    buyer.get(f"/products?q={typed}")
    buyer.get(f"/products?category={typed[:80]}")
    buyer.get(f"/colours?colour_q={typed[:80]}&family={typed[:20]}&colour={typed[:20]}")
    buyer.get("/products?q=sash&after=bm9uc2Vuc2U")


def test_no_longer_made_points_to_what_replaces_it(buyer: PageClient, scene: Scene, build: Build) -> None:
    build.variant(
        "BR-1",
        name="Chip brush",
        discontinued_on=EVER,
        replacement_id=scene.brush.id,
        product_name="Chip brush",
    )
    buyer.get("/products?q=chip")
    assert "No longer made. Order BR-2 instead." in buyer.text
    assert "/drafts/current/lines" not in buyer.body


def test_without_a_price_nothing_can_be_added(buyer: PageClient, build: Build) -> None:
    build.variant("XX-1", name="Secret sauce", price=None)
    buyer.get("/products?q=secret")
    assert "No price for your company" in buyer.text
    assert "/drafts/current/lines" not in buyer.body


def test_while_typing_only_the_results_come(buyer: PageClient) -> None:
    script = {"HX-Request": "true"}
    buyer.get("/products?q=sash", headers=script)
    assert not buyer.body.lstrip().startswith("<!doctype")
    assert "Sash brush" in buyer.text
    buyer.get("/products?q=sash", headers={**script, "HX-History-Restore-Request": "true"})
    assert buyer.body.lstrip().startswith("<!doctype")


def test_a_page_of_results_leads_to_the_next(buyer: PageClient, build: Build) -> None:
    for n in range(23):
        build.variant(f"RF-{n:02d}", name="Roller frame", price="4")
    buyer.get("/products?q=roller+frame")
    assert "The first 16 for" in buyer.text
    assert buyer.page is not None
    more = next(str(each.get("href")) for each in buyer.page.iter("a") if each.get("rel") == "next")
    assert parse_qs(urlsplit(more).query)["q"] == ["roller frame"]
    buyer.get(more)
    assert "RF-22" in buyer.text
    assert "RF-15" not in buyer.text


def test_a_search_stays_within_its_statements(buyer: PageClient, build: Build, statements: Any) -> None:
    for n in range(18):
        build.variant(f"RF-{n:02d}", name="Roller frame", price="4")
    for path, most in (
        ("/products?q=sash", 4),
        ("/products?q=roller", 4),
        ("/products?q=rolr+frme", 4),
        ("/products?q=nothing+like+it", 6),
        ("/products", 4),
    ):
        with statements() as heard:
            buyer.http.get(path)
        spoken = [each for each in heard if "touch" not in each]
        assert len(spoken) <= most, (path, spoken)
