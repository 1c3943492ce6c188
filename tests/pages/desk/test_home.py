"""The start page: each kind of person sees what needs them now, and nothing of others."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Company, User
from portal.foundation.mail import OutboundMail
from portal.foundation.secrets.handles import handle
from portal.orders.models.bought import Bought
from tests.builders import Build
from tests.page import PageClient
from tests.pages.desk.scenes import NOW, add_draft, paths
from tests.placed_orders import Counter, Want, placed_order

Statements = Callable[[], AbstractContextManager[list[str]]]


def test_a_customer_sees_what_needs_them_now(client: PageClient, scene: Counter) -> None:
    scene.order(number="T-1", status="ready", po_number="PO-77", pickup_code="K7PQXA", placed_at=NOW)
    scene.order(number="T-2", promised_at=NOW + timedelta(hours=30), placed_at=NOW)
    scene.order(number="T-3", promised_at=NOW - timedelta(hours=3), placed_at=NOW)
    scene.order(number="T-4", status="collected", placed_at=NOW - timedelta(days=9))
    draft = add_draft(scene, name="Lobby")
    scene.build.session.add(
        Bought(
            company_id=scene.company.id,
            variant_id=scene.paint.id,
            times=12,
            total_quantity=24,
            last_quantity=2,
            last_order_id=1,
            last_ordered_at=NOW,
        )
    )
    scene.build.session.commit()
    client.sign_in(scene.buyer.email)
    client.get("/")
    for words in (
        "1 order ready to collect",
        "K7P QXA",
        "Albany Central",
        "PO-77",
        "Lobby",
        "2 lines",
        "Order again",
        "late, we are sorry",
        "used",
        "left",
        "12 times, last 2",
    ):
        assert words in client.text, words
    assert {
        "/orders/T-1",
        "/orders/T-2",
        f"/drafts/{handle('draft', draft.id)}",
        "/orders/T-1/reorder",
    } <= paths(client)
    assert "T-4" not in client.text.split("Order again")[0]


def test_the_start_page_of_a_new_company_says_what_to_do(client: PageClient, build: Build) -> None:
    client.sign_in(build.user(build.company(limit=0)).email)
    client.get("/")
    assert "Nothing ordered yet" in client.text
    assert "/products" in paths(client)


def test_a_viewer_is_offered_nothing_to_order_with(client: PageClient, scene: Counter) -> None:
    scene.order(number="T-1", status="collected")
    client.sign_in(scene.build.user(scene.company, "viewer").email)
    client.get("/")
    assert "T-1/reorder" not in client.body


def test_orders_of_others_are_not_seen(client: PageClient, scene: Counter, build: Build) -> None:
    scene.order(number="T-1", status="ready")
    client.sign_in(build.user(build.company()).email)
    client.get("/")
    assert "T-1" not in client.body
    client.get("/activity")
    assert "T-1" not in client.body


def test_an_account_on_hold_says_so(client: PageClient, build: Build) -> None:
    client.sign_in(build.user(build.company(on_hold=True)).email)
    client.get("/")
    assert "Your company's account is on hold" in client.text


def rhythmic(scene: Counter, company: Company, every: int, since: int) -> None:
    """Six orders, so many days apart, the last so many days ago."""
    buyer = scene.build.user(company)
    for n in range(6):
        placed_order(
            scene.build,
            company,
            scene.store,
            buyer,
            Want(scene.paint, 1),
            status="collected",
            placed_at=NOW - timedelta(days=since + n * every),
        )


def test_a_rep_sees_who_is_silent_for_longer_than_usual(
    client: PageClient, scene: Counter, build: Build
) -> None:
    silent, steady, other = (build.company(name) for name in ("Silent & Sons", "Steady Ltd", "Not Mine"))
    rhythmic(scene, silent, every=7, since=20)
    rhythmic(scene, steady, every=7, since=3)
    rhythmic(scene, other, every=7, since=90)
    client.sign_in(build.rep(silent, steady, scene.company).email)
    client.get("/")
    calls, rest = client.text.split("In their rhythm")
    assert "Silent & Sons" in calls
    assert "Last order 20 days ago, usually every 7 days" in calls
    assert "Steady Ltd" in rest
    assert "No order yet" in rest
    assert "Not Mine" not in client.text
    assert f"/customers/{silent.code}/delegations" in paths(client)
    client.get("/customers")
    assert "Not Mine" not in client.text
    client.get(f"/customers/{other.code}", status=404)


def test_support_starts_with_the_box_and_what_is_late(
    client: PageClient, scene: Counter, build: Build
) -> None:
    scene.order(number="T-8", promised_at=NOW - timedelta(hours=5), placed_at=NOW - timedelta(hours=9))
    client.sign_in(build.user(kind="support").email)
    client.get("/")
    assert client.page is not None
    (box,) = [each for each in client.page.iter("input") if each.get("name") == "q"]
    assert box.get("autofocus") is not None
    assert "5 h late" in client.text
    assert "/lookup/orders/T-8" in paths(client)


def test_the_store_goes_to_its_counter(client: PageClient, scene: Counter) -> None:
    client.sign_in(scene.associate.email)
    assert client.get("/", status=302).headers["Location"] == "/counter"


def test_the_administrator_sees_how_it_runs(client: PageClient, build: Build, session: Session) -> None:
    admin = build.user(kind="admin")
    client.sign_in(admin.email)
    client.get("/")
    assert "PostgreSQL" in client.text
    build.session.add(
        OutboundMail(
            key="k", kind="order_ready", to_email="a@example.com", data={}, failed_at=NOW, attempts=5
        )
    )
    build.session.commit()
    client.get("/")
    assert "0 jobs gave up, 1 mail could not be sent" in client.text


def test_a_visitor_signs_in_first(client: PageClient) -> None:
    for path in ("/", "/lookup", "/customers", "/activity"):
        assert "/sign-in" in client.get(path, status=302).headers["Location"]


@pytest.mark.parametrize("many", [1, 12])
def test_start_pages_keep_their_budget_whatever_there_is(
    client: PageClient, scene: Counter, build: Build, statements: Statements, many: int
) -> None:
    for n in range(many):
        scene.order(
            status="ready" if n % 2 else "placed", promised_at=NOW + timedelta(hours=n), placed_at=NOW
        )
    add_draft(scene)
    people: list[tuple[User, int]] = [
        (scene.buyer, 4),
        (build.rep(scene.company, *(build.company() for _ in range(many))), 2),
        (build.user(kind="support"), 2),
        (build.user(kind="admin"), 3),
    ]
    for user, budget in people:
        client.sign_in(user.email)
        with statements() as heard:
            client.get("/")
        assert len(heard) <= budget, (user.kind, heard)
        client.post("/sign-out", status=None)
