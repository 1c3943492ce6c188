"""One company on a page, for staff."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import update

from portal.accounts.models import Company
from portal.orders.checkout.facts import OrderCompleted
from portal.touchpoints.recording import Event, record
from tests.builders import Build
from tests.page import PageClient
from tests.pages.desk.scenes import NOW, add_draft
from tests.placed_orders import Counter

Statements = Callable[[], AbstractContextManager[list[str]]]


def test_a_company_on_one_page(client: PageClient, scene: Counter, build: Build) -> None:
    order = scene.order(number="T-1")
    add_draft(scene)
    rep = build.rep(scene.company)
    with build.session.begin_nested():
        event = Event(
            OrderCompleted(number="T-1", lines=2),
            actor=scene.customer,
            now=NOW,
            key="order_completed:T-1",
            value_minor=12900,
            currency="USD",
            links={"order_id": order.id},
        )
        record(build.session, event)
    build.session.commit()
    client.sign_in(rep.email)
    client.get(f"/customers/{scene.company.code}")
    for words in ("Harbour Painting", "Dana Ortiz", "1 open order", "1 draft in the making", "T-1", "Credit"):
        assert words in client.text, words
    assert "Placed an order Order T-1, 2 lines, $129.00" in client.text
    client.post(
        f"/customers/{scene.company.code}/delegations",
        {"subject": scene.buyer.id, "reason": "Asked by phone"},
    )
    client.get("/")
    assert "Stop acting" in client.text
    assert "Asked by phone" in client.text


def test_who_may_not_act_is_not_offered_it(client: PageClient, scene: Counter, build: Build) -> None:
    build.session.execute(update(Company).where(Company.id == scene.company.id).values(acting_consent=False))
    build.session.commit()
    client.sign_in(build.rep(scene.company).email)
    client.get(f"/customers/{scene.company.code}")
    assert "Acting is not possible here" in client.text
    assert "Start acting" not in client.text


def test_pages_of_customers_keep_their_budget(
    client: PageClient, scene: Counter, build: Build, statements: Statements
) -> None:
    for _ in range(10):
        scene.order()
    client.sign_in(build.user(kind="support").email)
    for path, budget in (("/customers", 2), (f"/customers/{scene.company.code}", 8)):
        with statements() as heard:
            client.get(path)
        assert len(heard) <= budget, (path, len(heard), heard)
