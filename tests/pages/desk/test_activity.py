"""What was done in a company's account, for its people."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from portal.accounts.models import Delegation
from portal.orders.drafts.facts import ListSaved
from portal.touchpoints.kinds import touch_of
from portal.touchpoints.recording import Event, record
from tests.builders import Build
from tests.page import PageClient
from tests.pages.desk.scenes import NOW, paths
from tests.placed_orders import Counter

Statements = Callable[[], AbstractContextManager[list[str]]]


def test_the_customer_reads_what_a_rep_did_and_why(client: PageClient, scene: Counter, build: Build) -> None:
    rep = build.rep(scene.company, name="Sam Reyes")
    stay: Delegation = build.delegation(rep, scene.buyer, scene.company)
    order = scene.order(number="T-9")
    acting = build.actor(
        rep,
        scene.company,
        delegation_id=stay.id,
        acting_for_user_id=scene.buyer.id,
        acting_for_name="Dana Ortiz",
    )
    for name, actor, key in (
        ("order_completed", acting, "order_completed:T-9"),
        ("list_saved", scene.customer, "list_saved:1"),
    ):
        props = {"number": "T-9"} if name == "order_completed" else {"action": "park"}
        links = {"order_id": order.id} if name == "order_completed" else {}
        record(build.session, Event(touch_of(name, props), actor=actor, now=NOW, key=key, links=links))
    build.session.commit()
    client.sign_in(scene.buyer.email)
    client.get("/activity")
    assert "Sam Reyes (sales rep) for Dana Ortiz" in client.text
    assert "Order T-9. Reason: Called from the site" in client.text
    assert "Parked a draft" in client.text
    assert "/orders/T-9" in paths(client)
    client.get("/activity?by=staff")
    assert "Sam Reyes" in client.text
    assert "Parked a draft" not in client.text


def test_activity_goes_on_page_by_page(client: PageClient, scene: Counter, build: Build) -> None:
    for n in range(60):
        record(
            build.session,
            Event(ListSaved(), actor=scene.customer, now=NOW - timedelta(hours=n), key=f"list_saved:{n}"),
        )
    build.session.commit()
    client.sign_in(scene.buyer.email)
    client.get("/activity")
    first = client.text.count("Saved a draft")
    (older,) = [path for path in paths(client) if "after=" in path]
    client.get(older)
    assert first + client.text.count("Saved a draft") == 60
