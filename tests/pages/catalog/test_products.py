"""The page of a product: what a buyer sees, and what another company never sees."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalog.models import Product
from portal.touchpoints.models import Touchpoint
from tests.builders import Build
from tests.page import PageClient
from tests.pages.catalog.scene import Scene, field


def test_another_company_sees_neither_our_price_nor_our_number(
    client: PageClient, scene: Scene, build: Build
) -> None:
    client.sign_in(scene.other.email)
    for path in (
        "/products?q=ew4410",
        f"/products/{scene.code}?sku=EW-4410-1",
        "/products/why/EW-4410-1",
        "/products/why/EW-4410-1?quantity=500",
    ):
        client.get(path)
        assert "50.00" in client.text, path
        for secret in ("41.20", "C-77", "WALL-07"):
            assert secret not in client.body, path
    client.get("/products?q=wall07")
    assert "Nothing found" in client.text
    client.get("/products/why/wall-07", status=404)


def test_a_product_is_chosen_by_links_alone(buyer: PageClient, scene: Scene) -> None:
    buyer.get(f"/products/{scene.code}")
    buyer.get(f"/products/{scene.code}?sku=EW-4410-1&colour=tc-0001")
    assert "TC-0001 Harbor Fog" in buyer.text
    assert "Contract C-77" in buyer.text
    assert "9 at Dock Street" in buyer.text
    assert "Quarry Road" in buyer.text
    assert buyer.page is not None
    form = next(
        each for each in buyer.page.iter("form") if field(each, "sku") and each.get("method") == "post"
    )
    assert (field(form, "sku"), field(form, "colour_number")) == ("EW-4410-1", "TC-0001")
    links = {str(each.get("href")) for each in buyer.page.iter("a")}
    assert f"/products/{scene.code}?sku=EW-4420-1&colour=TC-0001" in links


def test_breaks_are_shown_before_one_asks(buyer: PageClient, session: Session, scene: Scene) -> None:
    buyer.get(f"/products/{session.get_one(Product, scene.brush.product_id).code}")
    assert "12 and more $10.50" in buyer.text


def test_unknown_products_look_like_no_page(buyer: PageClient) -> None:
    buyer.get("/products/NOPE", status=404)
    buyer.get("/products/%00", status=400)
    buyer.get("/products/why/NOPE", status=404)


def test_what_was_looked_at_stands_in_the_log(buyer: PageClient, scene: Scene, session: Session) -> None:
    buyer.get("/products?q=call+dana@example.com+sash")
    buyer.get(f"/products/{scene.code}?sku=EW-4410-1&from=search")
    buyer.get("/products/why/EW-4410-1?quantity=3")
    touched = {each.name: each for each in session.scalars(select(Touchpoint).where(Touchpoint.valid))}
    searched = touched["products_searched"]
    assert searched.props["query"] == "call [mail] sash"
    assert searched.props["results"] == 0
    assert (searched.account_id, searched.store_id) == (scene.ours.id, scene.store.id)
    assert touched["product_viewed"].props == {"sku": "EW-4410-1", "source": "search"}
    assert touched["product_viewed"].variant_id == scene.wall.id
    assert touched["availability_checked"].props["stores"] == 2
    assert touched["price_viewed"].props == {"sku": "EW-4410-1", "quantity": 3, "rule": "contract:C-77"}
