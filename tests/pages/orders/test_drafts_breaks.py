"""Quantity breaks count what is bought of a variant over the whole order, its colours together."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.foundation.secrets.handles import handle
from portal.orders.models.orders import Order
from tests.builders import Build
from tests.page import PageClient
from tests.pages.orders.test_checkout import order_it
from tests.shop import Shop


@pytest.fixture
def shop(build: Build) -> Shop:
    store = build.store("Dock Street")
    company = build.company("Harbor Painting", home_store_id=store.id)
    user = build.user(company, name="Dana Ortiz")
    return Shop(build, company, user, build.actor(user, company), store)


def test_four_in_each_of_three_colours_are_twelve(shop: Shop, client: PageClient, session: Session) -> None:
    """From the draft to the order. Seen failing with each line at the price of its own quantity."""
    paint = shop.build.variant("PRO-5", "100.00", tintable=True)
    shop.build.list_price(paint, "80.00", 12)
    shop.build.stock(shop.store, paint)
    for n in (1, 2, 3):
        shop.build.colour(f"TC-000{n}", f"Fog {n}")
    client.sign_in(shop.user.email)
    for n in (1, 2, 3):
        line = {"sku": "PRO-5", "quantity": "4.0", "colour_number": f"TC-000{n}"}
        client.follow(client.post("/drafts/current/lines", line))
        assert ("$960.00" if n == 3 else f"${400 * n}.00") in client.text
    assert "/products/why/PRO-5?quantity=12" in client.body
    client.get("/products/why/PRO-5?quantity=12")
    assert "what you order of it in all colours counts together" in client.text
    draft_id = session.scalar(text("select id from draft"))
    assert draft_id is not None
    client.follow(
        client.post(f"/drafts/{handle('draft', draft_id)}/pickup", {"store_id": str(shop.store.id)})
    )
    assert "$960.00" in client.text
    order_it(client, draft_id)
    assert session.scalars(select(Order.total_minor)).one() == 96_000


def test_what_is_sold_from_a_number_on(shop: Shop, client: PageClient) -> None:
    """Six and six of something that has a price from ten on. Seen failing when the first six were refused."""
    screws = shop.build.variant("SCREW", None, tintable=True)
    shop.build.list_price(screws, "2.00", 10)
    shop.build.colour("TC-0001", "Fog")
    client.sign_in(shop.user.email)
    client.follow(client.post("/drafts/current/lines", {"sku": "SCREW", "quantity": "6"}))
    assert "It has a price from 10 on; take more of it." in client.text
    line = {"sku": "SCREW", "quantity": "6", "colour_number": "TC-0001"}
    client.follow(client.post("/drafts/current/lines", line))
    assert "$24.00" in client.text
    assert "take more of it" not in client.text


@pytest.mark.parametrize("typed", ["1,5", "2,50", "1 5", "1,00", "1.5", "0,500"])
def test_a_decimal_comma_is_no_other_number(
    shop: Shop, client: PageClient, session: Session, typed: str
) -> None:
    """Seen failing when 1,5 became 15 without a word: by SKU, in a line, in a pasted list."""
    shop.build.variant("PRO-5")
    client.sign_in(shop.user.email)
    client.post("/drafts/current/lines", {"sku": "PRO-5", "quantity": typed}, status=422)
    assert "Give the quantity as a whole number." in client.text
    client.follow(client.post("/drafts/current/lines", {"sku": "PRO-5", "quantity": "2"}))
    line_id, draft_id = session.execute(text("select id, draft_id from draft_line")).one()
    client.post(
        f"/drafts/{handle('draft', draft_id)}/lines",
        {f"quantity-{handle('line', line_id)}": typed},
        status=422,
    )
    client.follow(client.post("/drafts/current/pasted-lines", {"pasted": f"PRO-5\t{typed}"}))
    assert "is not a quantity" in client.text
    assert session.scalars(text("select quantity from draft_line")).all() == [2]
