"""The pages that combine domains: each kind of person sees what needs them now, and nothing of others."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.accounts.models import Company, Delegation, User
from portal.desk.customer.rhythm import rhythm_words, since_words
from portal.desk.home.views import po_words
from portal.desk.order.views import masked
from portal.foundation.mail import OutboundMail
from portal.orders.checkout.facts import OrderCompleted
from portal.orders.drafts.facts import ListSaved
from portal.orders.models.drafts import Draft, DraftLine
from portal.orders.models.orders import Bought
from portal.orders.tracking.facts import OrderStatusViewed
from portal.touchpoints.kinds import touch_of
from portal.touchpoints.recording import Event, record
from tests.builders import Build
from tests.page import PageClient
from tests.placed_orders import Counter, Want, counter, placed_order

Statements = Callable[[], AbstractContextManager[list[str]]]
NOW = datetime.now(UTC)


@pytest.fixture
def scene(build: Build) -> Counter:
    return counter(build, on_hand=100_000)


def paths(client: PageClient) -> set[str]:
    assert client.page is not None
    return {a.get("href") or "" for a in client.page.iter("a")}


def add_draft(scene: Counter, lines: int = 2, **fields: Any) -> Draft:
    session = scene.build.session
    given = {
        "owner_user_id": scene.buyer.id,
        "subject_user_id": scene.buyer.id,
        "created_at": NOW,
        "updated_at": NOW,
    }
    draft = Draft(company_id=scene.company.id, **{**given, **fields})
    session.add(draft)
    session.flush()
    for position, variant in enumerate((scene.paint, scene.tape)[:lines], 1):
        session.add(
            DraftLine(
                draft_id=draft.id,
                company_id=scene.company.id,
                position=position,
                variant_id=variant.id,
                quantity=2,
            )
        )
    session.commit()
    return draft


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
    assert {"/orders/T-1", "/orders/T-2", f"/drafts/{draft.id}", "/orders/T-1/reorder"} <= paths(client)
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


def test_the_other_pages_keep_their_budget(
    client: PageClient, scene: Counter, build: Build, statements: Statements
) -> None:
    for _ in range(9):
        scene.order()
    client.sign_in(build.user(kind="support").email)
    number = scene.order(number="T-7").number
    for path, budget in (
        ("/customers", 2),
        (f"/customers/{scene.company.code}", 8),
        (f"/lookup/orders/{number}", 7),
    ):
        with statements() as heard:
            client.get(path)
        assert len(heard) <= budget, (path, len(heard), heard)


def test_words() -> None:
    assert [rhythm_words(days) for days in (None, 0.4, 6.4, 75)] == [
        "",
        "every day",
        "every 6 days",
        "every 2 months",
    ]
    assert [since_words(days) for days in (None, 0.2, 1.5, 12.9, 70)] == [
        "never",
        "less than a day ago",
        "yesterday",
        "12 days ago",
        "2 months ago",
    ]
    assert (masked("K7PQXA"), masked(None)) == ("K7••••", "")
    assert (po_words("7731"), po_words("PO-1"), po_words("")) == ("PO 7731", "PO-1", "")
