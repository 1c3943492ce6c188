"""Pages of the catalogue: what a buyer finds, sees and never sees."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalog.models import Product, Variant
from portal.orders.models.drafts import Draft, DraftLine
from portal.touchpoints.models import Touchpoint
from tests.builders import Build
from tests.page import PageClient

EVER = date(2020, 1, 1)


class Scene:
    """Two companies on one list, one with a contract; a store with stock; a tintable and a plain product."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.store = build.store("Dock Street")
        self.far = build.store("Quarry Road", latitude=43.5)
        self.ours = build.company("Harbour Painting", home_store_id=self.store.id)
        self.theirs = build.company("Quay Decorators", home_store_id=self.store.id)
        self.buyer = build.user(self.ours)
        self.other = build.user(self.theirs)
        self.wall = build.variant(
            "EW-4410-1",
            name="Evenwall Satin, white base, 1 gal",
            product_name="Evenwall",
            price="50",
            tintable=True,
            sheen="Satin",
            tint_base="White base",
        )
        self.pail = self.kind("EW-4410-5", "Evenwall Satin, white base, 5 gal", size="5 gal", price="210")
        self.deep = self.kind(
            "EW-4420-1", "Evenwall Satin, deep base, 1 gal", tint_base="Deep base", price="52"
        )
        self.brush = build.variant(
            "BR-2", name="Sash brush, 2 in", product_name="Sash brush", price="11.79", size="2 in"
        )
        build.list_price(self.brush, "10.50", min_quantity=12)
        build.contract_price(self.ours, self.wall, "41.2055", contract="C-77")
        build.part_number(self.ours, self.wall, "WALL-07")
        build.stock(self.store, self.wall, 12, reserved=3)
        build.stock(self.far, self.wall, 80)
        build.colour("TC-0001", "Harbor Fog", "#9AA7AB")

    def kind(self, sku: str, name: str, price: str, **fields: Any) -> Variant:
        """One more variant of the wall paint."""
        values = {"sheen": "Satin", "tint_base": "White base", "size": "1 gal", **fields}
        made: Variant = self.build._add(
            Variant(sku=sku, name=name, product_id=self.wall.product_id, **values)
        )
        self.build.list_price(made, price)
        return made

    @property
    def code(self) -> str:
        return self.build.session.get_one(Product, self.wall.product_id).code


@pytest.fixture
def scene(build: Build) -> Scene:
    return Scene(build)


@pytest.fixture
def buyer(client: PageClient, scene: Scene) -> PageClient:
    client.sign_in(scene.buyer.email)
    return client


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


def test_a_row_goes_into_the_draft_and_back_to_the_search(
    buyer: PageClient, scene: Scene, session: Session
) -> None:
    buyer.get("/products?q=sash")
    assert buyer.page is not None
    form = next(
        each for each in buyer.page.iter("form") if each.get("method") == "post" and _field(each, "sku")
    )
    assert form.get("action") == "/drafts/current/lines"
    sent = {name: _field(form, name) for name in ("sku", "quantity", "next", "source")}
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


def test_a_product_is_chosen_by_links_alone(buyer: PageClient, scene: Scene) -> None:
    buyer.get(f"/products/{scene.code}")
    buyer.get(f"/products/{scene.code}?sku=EW-4410-1&colour=tc-0001")
    assert "TC-0001 Harbor Fog" in buyer.text
    assert "Contract C-77" in buyer.text
    assert "9 at Dock Street" in buyer.text
    assert "Quarry Road" in buyer.text
    assert buyer.page is not None
    form = next(
        each for each in buyer.page.iter("form") if _field(each, "sku") and each.get("method") == "post"
    )
    assert (_field(form, "sku"), _field(form, "colour_number")) == ("EW-4410-1", "TC-0001")
    links = {str(each.get("href")) for each in buyer.page.iter("a")}
    assert f"/products/{scene.code}?sku=EW-4420-1&colour=TC-0001" in links


def test_colours_are_found_and_picked_without_scripts(buyer: PageClient, scene: Scene) -> None:
    buyer.get(f"/products/{scene.code}?sku=EW-4410-1&colour_q=harbr+fog")
    assert buyer.page is not None
    links = {str(each.get("href")) for each in buyer.page.iter("a")}
    assert f"/products/{scene.code}?sku=EW-4410-1&colour=TC-0001#colour" in links
    buyer.get(f"/products/{scene.code}?colour_q=zzz")
    assert "No colour is like “zzz”" in buyer.text
    buyer.get("/colours?family=grey")
    assert "Harbor Fog" in buyer.text
    asked = f"/colours?colour_q=fog&sku=EW-4410-1&product={scene.code}"
    buyer.get(asked, headers={"HX-Request": "true"})
    assert not buyer.body.lstrip().startswith("<!doctype")
    assert "Harbor Fog" in buyer.text


def test_breaks_are_shown_before_one_asks(buyer: PageClient, session: Session, scene: Scene) -> None:
    buyer.get(f"/products/{session.get_one(Product, scene.brush.product_id).code}")
    assert "12 and more $10.50" in buyer.text


def test_unknown_products_look_like_no_page(buyer: PageClient) -> None:
    buyer.get("/products/NOPE", status=404)
    buyer.get("/products/%00", status=400)
    buyer.get("/products/why/NOPE", status=404)


def test_why_names_every_rule_and_its_fate(buyer: PageClient, scene: Scene, build: Build) -> None:
    build.contract_price(scene.ours, scene.wall, "38", contract="C-77", min_quantity=24)
    build.contract_price(
        scene.ours, scene.wall, "45", contract="C-70", valid_from=date(2019, 1, 1), valid_to=EVER
    )
    buyer.get("/products/why/ew44101?quantity=10")
    for words in (
        "$41.2055",
        "when Harbour Painting orders 10",
        "is agreed with your company, so it goes before the price list",
        "This price holds",
        "Needs 14 more: it starts at 24.",
        "Ended on 1 Jan 2020.",
        "Your contract goes before it.",
    ):
        assert words in buyer.text, words
    buyer.get("/products/why/EW-4410-1?quantity=24")
    assert "A larger quantity step applies." in buyer.text
    buyer.get("/products/why/BR-2?quantity=" + "9" * 5000)
    assert "no contract price holds" in buyer.text
    build.variant("XX-1", price=None)
    buyer.get("/products/why/XX-1?quantity=-4")
    assert "There is no price for 1 of this" in buyer.text


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


def _field(form: Any, name: str) -> str | None:
    return next((each.get("value") for each in form.iter("input") if each.get("name") == name), None)
