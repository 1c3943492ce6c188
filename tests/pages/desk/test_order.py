"""One order with everything that happened around it, for support."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from portal.foundation.mail import OutboundMail
from portal.orders.tracking.facts import OrderStatusViewed
from portal.touchpoints.recording import Event, record
from tests.builders import Build
from tests.page import PageClient
from tests.pages.desk.scenes import NOW
from tests.placed_orders import Counter

Statements = Callable[[], AbstractContextManager[list[str]]]


def test_support_reads_the_whole_history_of_an_order(
    client: PageClient, scene: Counter, build: Build
) -> None:
    order = scene.order(number="T-5", po_number="7731", pickup_code="K7PQXA", note="Gate code 4471")
    build.session.add(
        OutboundMail(
            key="m",
            kind="order_confirmation",
            to_email="d@example.com",
            data={},
            order_id=order.id,
            sent_at=NOW,
        )
    )
    record(
        build.session,
        Event(OrderStatusViewed(number="T-5"), actor=scene.customer, now=NOW, links={"order_id": order.id}),
    )
    build.session.commit()
    client.sign_in(build.user(kind="support").email)
    client.get("/lookup/orders/T-5")
    for words in (
        "Harbour Painting",
        "Dana Ortiz",
        "7731",
        "Gate code 4471",
        "Looked at an order",
        "Order placed",
    ):
        assert words in client.text, words
    assert "Order confirmation" in client.text
    assert "Sent" in client.text
    assert "K7••••" in client.text
    assert "K7PQXA" not in client.body
    assert client.page is not None
    posts = [form.get("action") for form in client.page.iter("form") if form.get("method") == "post"]
    assert set(posts) == {"/sign-out"}, "support reads, and changes nothing"
    client.get("/lookup/orders/T-6", status=404)


def test_a_rep_reads_the_orders_of_their_companies_only(
    client: PageClient, scene: Counter, build: Build
) -> None:
    scene.order(number="T-5")
    own, other = build.rep(scene.company), build.rep(build.company())
    client.sign_in(own.email)
    client.get("/lookup/orders/T-5")
    client.post("/sign-out", status=None)
    client.sign_in(other.email)
    client.get("/lookup/orders/T-5", status=404)


def test_the_page_keeps_its_budget(
    client: PageClient, scene: Counter, build: Build, statements: Statements
) -> None:
    client.sign_in(build.user(kind="support").email)
    number = scene.order(number="T-7").number
    with statements() as heard:
        client.get(f"/lookup/orders/{number}")
    assert len(heard) <= 7, heard
