"""A word without its accents, or with them taken apart, finds what has them: in every search of the portal."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.orders.models.bought import Bought
from tests.builders import NOW
from tests.page import PageClient
from tests.placed_orders import Counter, Want

NAME = "Wójcik Großbau"
TYPED = ["Wojcik", "wójcik", "Wo\u0301jcik", "WOJCIK GROSSBAU", "großbau"]


@pytest.fixture
def named(scene: Counter, session: Session) -> Counter:
    session.execute(text("update company set name = :name"), {"name": NAME})
    session.execute(text("update app_user set name = 'Zoë Ångström' where kind = 'customer'"))
    session.execute(text("update variant set name = 'Crème Façade Élite, 10 l' where sku = 'PRO-1'"))
    session.commit()
    return scene


@pytest.mark.parametrize("typed", TYPED)
def test_staff_find_a_company(named: Counter, client: PageClient, typed: str) -> None:
    """Seen failing with ``ilike`` on the name as it is written."""
    client.sign_in(named.build.user(kind="support").email)
    client.get(f"/customers?q={typed}")
    assert NAME in client.text
    answer = client.http.get("/lookup", query_string={"q": typed})
    assert answer.status_code in (200, 302)
    assert "Nothing fits" not in answer.text


def test_staff_find_a_person_and_a_product(named: Counter, client: PageClient) -> None:
    client.sign_in(named.build.user(kind="support").email)
    for typed, found in (("zoe angstrom", "Zoë Ångström"), ("creme facade", "Crème Façade Élite")):
        answer = client.http.get("/lookup", query_string={"q": typed}, follow_redirects=True)
        assert found in answer.text, typed


@pytest.mark.parametrize("typed", ["creme facade", "Crème", "cre\u0300me facade", "ÉLITE 10 liter"])
def test_buyers_find_a_product(named: Counter, client: PageClient, session: Session, typed: str) -> None:
    order = named.order(Want(named.paint, 2))
    session.add(
        Bought(
            company_id=named.company.id,
            variant_id=named.paint.id,
            times=1,
            total_quantity=2,
            last_quantity=2,
            last_order_id=order.id,
            last_ordered_at=NOW,
        )
    )
    session.commit()
    client.sign_in(named.buyer.email)
    client.get(f"/products?q={typed}")
    assert "Crème Façade Élite" in client.text
    if "10" not in typed:
        client.get(f"/bought-before?q={typed}")
        assert "Crème Façade Élite" in client.text
        client.get(f"/orders?q={typed}")
        assert order.number in client.text


def test_colours_are_found_without_accents(named: Counter, client: PageClient) -> None:
    named.build.colour("TC-0900", "Café Crème")
    client.sign_in(named.buyer.email)
    for typed in ("cafe creme", "CAFÉ", "cafe\u0301"):
        client.get(f"/colours?colour_q={typed}")
        assert "Café Crème" in client.text, typed
