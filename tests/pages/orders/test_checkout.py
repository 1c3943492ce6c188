"""Pickup or delivery, review, placement: what is shown is what is ordered."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.foundation.secrets.handles import handle
from portal.orders.models.drafts import Draft
from portal.orders.models.orders import Order
from tests.builders import Build, today
from tests.page import PageClient
from tests.pages.orders.review import hidden
from tests.shop import Shop, delivery_day

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def shop(build: Build) -> Shop:
    store = build.store("Dock Street")
    company = build.company("Harbor Painting", home_store_id=store.id)
    user = build.user(company, name="Dana Ortiz", phone="+1 518 555 0142")
    return Shop(build, company, user, build.actor(user, company), store)


def ready_draft(shop: Shop, client: PageClient, price: str = "41.20", on_hand: int = 50) -> int:
    """A draft of one line, at the review."""
    paint = shop.build.variant(name="Satin White, 1 gal", price=price)
    shop.build.stock(shop.store, paint, on_hand)
    draft_id = shop.draft([(paint, 3)])
    client.sign_in(shop.user.email)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup")
    client.follow(
        client.post(f"/drafts/{handle('draft', draft_id)}/pickup", {"store_id": str(shop.store.id)})
    )
    return draft_id


def order_it(client: PageClient, draft_id: int, *, status: int = 302) -> str:
    shown, token = hidden(client.body, "shown"), hidden(client.body, "token")
    answer = client.post(
        f"/drafts/{handle('draft', draft_id)}/placement", {"shown": shown, "token": token}, status=status
    )
    return answer.headers.get("Location", "")


def test_from_draft_to_order(shop: Shop, client: PageClient, session: Session) -> None:
    draft_id = ready_draft(shop, client)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup")
    assert "Dock Street" in client.text
    assert "Ready" in client.text
    times = re.findall(r'name="window" value="([^"]+)"', client.body)
    choice = {
        "store_id": str(shop.store.id),
        "window": times[1],
        "pickup_person": "Lee",
        "pickup_phone": "555 0100",
        "po_number": "7731",
        "note": "Gate code 4471",
    }
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/pickup", choice))
    assert "$123.60" in client.text
    assert "Lee, 555 0100" in client.text
    client.get(order_it(client, draft_id))
    order = session.scalars(select(Order)).one()
    assert f"Order {order.number} is placed" in client.text
    assert order.pickup_code in client.text
    assert (order.pickup_person, order.po_number, order.note) == ("Lee", "7731", "Gate code 4471")
    assert order.window_start == datetime.fromisoformat(times[1])
    assert session.scalar(text("select booked from pickup_slot")) == 1
    names = set(session.scalars(text("select name from touchpoint where draft_id = :id"), {"id": draft_id}))
    assert names >= {
        "checkout_started",
        "checkout_step_completed",
        "pickup_store_selected",
        "order_completed",
        "checkout_step_viewed",
    }
    entry = client.http.get(f"/orders/{order.number}/calendar.ics").get_data(as_text=True)
    assert f"SUMMARY:Pick up {order.number}" in entry
    assert order.pickup_code not in entry


def test_pressed_twice_from_two_tabs_and_after_going_back(
    shop: Shop, client: PageClient, session: Session
) -> None:
    draft_id = ready_draft(shop, client)
    first_tab = client.body
    client.get(f"/drafts/{handle('draft', draft_id)}/review")
    second_tab = client.body
    places = set()
    for body in (first_tab, first_tab, second_tab):
        client.body = body
        places.add(order_it(client, draft_id))
    assert len(places) == 1
    client.get(f"/drafts/{handle('draft', draft_id)}/review", status=302)
    client.get(f"/drafts/{handle('draft', draft_id)}", status=302)
    assert session.scalar(select(func.count()).select_from(Order)) == 1


def test_a_token_with_other_contents_is_refused(shop: Shop, client: PageClient) -> None:
    draft_id = ready_draft(shop, client)
    body = client.body
    order_it(client, draft_id)
    form = {"token": hidden(body, "token"), "shown": hidden(body, "shown") + ";1:1:1:1"}
    client.post(f"/drafts/{handle('draft', draft_id)}/placement", form, status=409)
    assert "already" in client.text or "before" in client.text


def test_says_what_changed_and_orders_what_is_shown_then(
    shop: Shop, client: PageClient, session: Session
) -> None:
    draft_id = ready_draft(shop, client)
    session.execute(text("update list_price set unit_price = 43.10"))
    session.commit()
    order_it(client, draft_id, status=422)
    assert "Satin White, 1 gal: price was $41.20, now $43.10." in client.text
    assert session.scalar(select(func.count()).select_from(Order)) == 0
    failed = session.execute(
        text("select outcome, error_code from touchpoint where name = 'order_failed'")
    ).one()
    assert tuple(failed) == ("conflict", "changed")
    session.rollback()
    order_it(client, draft_id)
    assert session.scalar(select(Order.total_minor)) == 12930


def test_credit_refusal_shows_figures_and_ways_out(shop: Shop, client: PageClient, session: Session) -> None:
    draft_id = ready_draft(shop, client, price="4000")
    order_it(client, draft_id, status=422)
    assert "Limit $10,000.00, used $0.00, so $10,000.00 is left; this order is $12,000.00." in client.text
    assert "Ways to order it" in client.text
    assert session.scalar(select(Draft.state)) == "current"
    assert session.scalar(text("select outcome from touchpoint where name = 'order_failed'")) == "credit_hold"


def test_short_stock_asks_what_to_do(shop: Shop, client: PageClient, session: Session) -> None:
    paint = shop.build.variant(name="Satin White, 1 gal")
    shop.build.stock(shop.store, paint, 2)
    gone = shop.build.variant(name="Tape")
    draft_id = shop.draft([(paint, 3), (gone, 1)])
    client.sign_in(shop.user.email)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup")
    assert "2 of 3" in client.text
    client.post(f"/drafts/{handle('draft', draft_id)}/pickup", {"store_id": str(shop.store.id)}, status=422)
    assert "This store does not have everything." in client.text
    choice = {"store_id": str(shop.store.id), "when_short": "reduce"}
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/pickup", choice))
    assert "2 units" in client.text
    client.get(f"/drafts/{handle('draft', draft_id)}")
    assert "None at Dock Street." in client.text


def test_backorders_the_rest(shop: Shop, client: PageClient, session: Session) -> None:
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint, 2)
    draft_id = shop.draft([(paint, 3)])
    client.sign_in(shop.user.email)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup")
    choice = {"store_id": str(shop.store.id), "when_short": "backorder"}
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/pickup", choice))
    client.get(order_it(client, draft_id))
    assert "On backorder: 1 line" in client.text
    assert session.execute(text("select quantity_reserved, quantity_backordered from order_line")).one() == (
        2,
        1,
    )


def test_delivery_to_an_address(shop: Shop, client: PageClient, session: Session) -> None:
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint)
    address = shop.build.address(shop.company)
    strange = shop.build.address(shop.build.company())
    draft_id = shop.draft([(paint, 3)])
    client.sign_in(shop.user.email)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup?fulfilment=delivery")
    sunday = today() + timedelta(days=7 - today().weekday() + 6)
    wrong = {
        "fulfilment": "delivery",
        "store_id": str(shop.store.id),
        "address_id": handle("address", strange.id),
        "delivery_date": sunday.isoformat(),
    }
    client.post(f"/drafts/{handle('draft', draft_id)}/pickup", wrong, status=422)
    assert "Dock Street is closed on Sun" in client.text
    assert "Choose where it goes." in client.text
    day = delivery_day(session, shop.store, today() + timedelta(days=1))
    right = {**wrong, "address_id": handle("address", address.id), "delivery_date": day.isoformat()}
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/pickup", right))
    client.get(order_it(client, draft_id))
    order = session.scalars(select(Order)).one()
    assert (order.fulfilment, order.delivery_date, order.pickup_code) == ("delivery", day, None)
    assert order.ship_to is not None
    assert order.ship_to["line1"] == "1 Yard Lane"


@pytest.mark.parametrize(("mode", "words"), [("required", "needs a PO number"), ("list", "Choose a job.")])
def test_po_rules(build: Build, client: PageClient, session: Session, mode: str, words: str) -> None:
    store = build.store()
    company = build.company(home_store_id=store.id, po_mode=mode)
    job = build.job(company, "Elm Street", "PO-77")
    user = build.user(company)
    shop = Shop(build, company, user, build.actor(user, company), store)
    paint = build.variant()
    build.stock(store, paint)
    draft_id = shop.draft([(paint, 1)])
    client.sign_in(user.email)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup")
    client.post(f"/drafts/{handle('draft', draft_id)}/pickup", {"store_id": str(store.id)}, status=422)
    assert words in client.text
    choice = {"store_id": str(store.id), "job_id": handle("job", job.id)}
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/pickup", choice))
    assert "PO-77" in client.text
    order_it(client, draft_id)
    assert session.scalar(select(Order.po_number)) == "PO-77"


def test_statements(shop: Shop, app: Flask, statements: Counting) -> None:
    """Placement takes at most 20, and the same number for 200 lines; looking at the steps at most 12."""
    counts = []
    for many in (1, 20, 200):
        wishes = [(shop.build.variant(price="1"), 1) for _ in range(many)]
        for variant, _ in wishes:
            shop.build.stock(shop.store, variant)
        draft_id = shop.draft(wishes)
        client = PageClient(app)
        client.sign_in(shop.user.email)
        found = []
        with statements() as heard:
            client.get(f"/drafts/{handle('draft', draft_id)}/pickup")
        found.append(len(heard))
        window = re.findall(r'name="window" value="([^"]+)"', client.body)[0]
        with statements() as heard:
            client.post(
                f"/drafts/{handle('draft', draft_id)}/pickup",
                {"store_id": str(shop.store.id), "window": window},
            )
        found.append(len(heard))
        with statements() as heard:
            client.get(f"/drafts/{handle('draft', draft_id)}/review")
        found.append(len(heard))
        with statements() as heard:
            order_it(client, draft_id)
        found.append(len(heard))
        counts.append(found)
    assert counts[0] == counts[1] == counts[2], counts
    pickup, choose, review, place = counts[0]
    assert pickup <= 12, counts
    assert choose <= 14, counts
    assert review <= 12, counts
    assert place <= 20, counts


def test_a_rep_orders_on_the_customers_behalf(shop: Shop, client: PageClient, session: Session) -> None:
    """The rep's own draft; the customer's waits untouched; the customer reads what was done."""
    paint = shop.build.variant(sku="SW-1", name="Satin White")
    shop.build.stock(shop.store, paint)
    own = shop.draft([(paint, 9)])
    rep = shop.build.rep(shop.company, name="Sam Reyes")
    stay = shop.build.delegation(rep, shop.user, shop.company, now=datetime.now(UTC))
    client.sign_in(rep.email)
    session.execute(text("update user_session set delegation_id = :id"), {"id": stay.id})
    session.commit()
    client.get("/drafts/current")
    client.follow(client.post("/drafts/current/lines", {"sku": "SW-1", "quantity": "2"}))
    draft_id = session.scalar(select(Draft.id).where(Draft.owner_user_id == rep.id))
    client.follow(
        client.post(f"/drafts/{handle('draft', draft_id)}/pickup", {"store_id": str(shop.store.id)})
    )
    assert f"You order for {shop.user.name}" in client.text
    client.get(order_it(client, draft_id or 0))
    order = session.scalars(select(Order)).one()
    assert (order.placed_by_name, order.subject_name) == ("Sam Reyes", shop.user.name)
    assert order.on_behalf_reason == "Called from the site"
    assert session.get_one(Draft, own).state == "current"
    row = session.execute(
        text("select actor_id, subject_user_id, on_behalf from touchpoint where name = 'order_completed'")
    ).one()
    assert tuple(row) == (rep.id, shop.user.id, True)
    assert session.scalar(text("select to_email from outbound_mail")) == shop.user.email


@pytest.mark.parametrize("look", ["pickup", "delivery"])
def test_what_was_typed_stays_when_another_store_is_looked_at(
    shop: Shop, client: PageClient, session: Session, look: str
) -> None:
    """Seen failing with a form of its own for the store: PO number and note were empty again."""
    paint, other = shop.build.variant(), shop.build.store("Mill Lane")
    for store in (shop.store, other):
        shop.build.stock(store, paint, 50)
    draft_id = shop.draft([(paint, 3)])
    path = f"/drafts/{handle('draft', draft_id)}/pickup"
    client.sign_in(shop.user.email)
    client.get(path)
    time = re.findall(r'name="window" value="([^"]+)"', client.body)[1]
    typed = {
        "look": look,
        "times_of": str(shop.store.id),
        "store_id": str(other.id),
        "window": time,
        "pickup_person": "Lee",
        "po_number": "7731",
        "note": "Gate code 4471",
    }
    client.post(path, typed, status=200)
    assert 'value="7731"' in client.body
    assert "Gate code 4471" in client.text
    assert ("Mill Lane" in client.text) is True
    assert (f'name="fulfilment" value="{look}"') in client.body
    if look == "pickup":
        assert 'value="Lee"' in client.body
        assert re.search(rf'name="store_id" value="{other.id}"[^>]* checked', client.body)
    session.expire_all()
    draft = session.get_one(Draft, draft_id)
    assert (draft.po_number, draft.note, draft.checkout_at) == ("", "", None)


def test_the_time_stays_with_its_store(shop: Shop, client: PageClient) -> None:
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint, 50)
    path = f"/drafts/{handle('draft', shop.draft([(paint, 3)]))}/pickup"
    client.sign_in(shop.user.email)
    client.get(path)
    time = re.findall(r'name="window" value="([^"]+)"', client.body)[1]
    here = {"look": "pickup", "times_of": str(shop.store.id), "store_id": str(shop.store.id), "window": time}
    client.post(path, here, status=200)
    assert f'name="window" value="{time}" checked' in client.body
