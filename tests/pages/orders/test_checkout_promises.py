"""Nothing is promised before stock is looked at: the store's card, the review, the order, its mail and its calendar."""

from __future__ import annotations

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.foundation.clock import utcnow
from portal.foundation.mail import OutboundMail
from portal.foundation.secrets.handles import handle
from portal.orders.fulfilment.use_cases.backorders import fulfil_backorders
from portal.orders.models.drafts import Draft
from portal.orders.models.orders import Order
from portal.stores.models import Stock, StoreException
from tests.builders import Build, today
from tests.page import PageClient
from tests.pages.orders.test_checkout import order_it
from tests.shop import Shop, delivery_day

LATER = "We write when it has come in"


@pytest.fixture
def shop(build: Build) -> Shop:
    store = build.store("Dock Street")
    company = build.company("Harbor Painting", home_store_id=store.id)
    user = build.user(company, name="Dana Ortiz")
    return Shop(build, company, user, build.actor(user, company), store)


def choose(client: PageClient, shop: Shop, draft_id: int, **fields: str) -> None:
    form = {"store_id": str(shop.store.id), "when_short": "backorder", **fields}
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/pickup", form))


def the_order(session: Session) -> Order:
    return session.scalars(select(Order).execution_options(populate_existing=True)).one()


def letter(session: Session) -> OutboundMail:
    return session.scalars(select(OutboundMail).where(OutboundMail.kind == "order_confirmation")).one()


@pytest.mark.parametrize("on_hand", [0, -4, None])
def test_nothing_there_is_not_promised(
    shop: Shop, client: PageClient, session: Session, on_hand: int | None
) -> None:
    """Seen failing when the ready time asked for tinting alone: "Ready today by 10:58 am" of goods that nobody has."""
    paint = shop.build.variant()
    if on_hand is not None:
        shop.build.stock(shop.store, paint, on_hand)
    draft_id = shop.draft([(paint, 3)])
    client.sign_in(shop.user.email)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup")
    assert LATER in client.text
    assert "Ready" not in client.text
    assert 'name="window"' not in client.body
    assert "Order only what is there" not in client.text
    client.get("/stores")
    assert "when it has come in; we write then" in client.text

    choose(client, shop, draft_id)
    assert "Ready When it has come in" in client.text
    assert f"Nothing of it is there now. {LATER}." in client.text
    placed = order_it(client, draft_id)
    order = the_order(session)
    assert (order.promised_at, order.window_start, order.tint_quantity) == (None, None, 0)
    client.get(placed)
    assert "Ready When it has come in" in client.text
    assert f"{LATER}." in client.text
    assert "Add to calendar" not in client.text
    client.get(f"/orders/{order.number}/calendar.ics", status=404)
    client.get(f"/orders/{order.number}")
    assert f"Waiting for stock. {LATER}." in client.text
    assert "calendar" not in client.text
    client.get("/")
    assert "Waiting for stock" in client.text
    data = letter(session).data
    assert (data["promised"], data["window"], data["nothing_there"]) == ("", "", True)
    assert data["sold"][0]["waiting"] == "3"


def test_a_part_is_promised_when_it_can_be_ready(shop: Shop, client: PageClient, session: Session) -> None:
    """What is there is promised, by what of it is to be tinted. Seen failing with the cans that are not there in it."""
    paint = shop.build.variant(price="1.00", tintable=True)
    colour = shop.build.colour()
    shop.build.stock(shop.store, paint, 2)
    draft_id = shop.draft([(paint, 500)])
    session.execute(text("update draft_line set colour_number = :number"), {"number": colour.number})
    session.commit()
    client.sign_in(shop.user.email)
    choose(client, shop, draft_id)
    assert "You get what is there now. We write when the rest has come in." in client.text
    order_it(client, draft_id)
    order = the_order(session)
    assert order.promised_at is not None
    assert order.tint_quantity == 2
    assert order.promised_at - utcnow() < timedelta(days=3), "500 cans would take 41 open hours"


def test_a_time_that_was_chosen_when_it_was_there(shop: Shop, client: PageClient, session: Session) -> None:
    """Seen failing when the pickup window was booked for nothing."""
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint, 2)
    draft_id = shop.draft([(paint, 3)])
    client.sign_in(shop.user.email)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup")
    window = re.findall(r'name="window" value="([^"]+)"', client.body)[-1]
    choose(client, shop, draft_id, window=window)
    session.execute(text("update stock set on_hand = 0"))
    session.commit()
    order_it(client, draft_id, status=422)
    assert "Dock Street has nothing left of this order, so no time can be promised." in client.text
    assert session.scalar(text("select count(*) from sales_order")) == 0
    choose(client, shop, draft_id, window=window)
    assert session.scalars(select(Draft.window_start)).one() is None
    order_it(client, draft_id)
    assert the_order(session).promised_at is None
    assert session.scalar(text("select count(*) from pickup_slot")) == 0


def test_only_what_is_there_of_nothing(shop: Shop, client: PageClient) -> None:
    """Seen failing when the draft was emptied."""
    paint = shop.build.variant()
    draft_id = shop.draft([(paint, 3)])
    client.sign_in(shop.user.email)
    form = {"store_id": str(shop.store.id), "when_short": "reduce"}
    client.post(f"/drafts/{handle('draft', draft_id)}/pickup", form, status=422)
    assert "This store has nothing of it that could be ordered. Backorder it" in client.text


def test_a_delivery_of_nothing_waits_and_is_promised_when_it_came_in(
    shop: Shop, client: PageClient, session: Session
) -> None:
    paint = shop.build.variant()
    address = shop.build.address(shop.company)
    draft_id = shop.draft([(paint, 3)])
    day = delivery_day(session, shop.store, today() + timedelta(days=1))
    delivery = {"fulfilment": "delivery", "address_id": handle("address", address.id)}
    client.sign_in(shop.user.email)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup?fulfilment=delivery")
    assert "there is no day to choose" in client.text
    choose(client, shop, draft_id, **delivery, delivery_date=day.isoformat())
    assert "On When it has come in" in client.text
    client.get(order_it(client, draft_id))
    assert "It is delivered" not in client.text
    order = the_order(session)
    assert (order.promised_at, order.delivery_date) == (None, None)

    session.add(Stock(store_id=shop.store.id, variant_id=paint.id, on_hand=3))
    session.commit()
    staff = shop.build.actor(shop.build.user(kind="store", store_id=shop.store.id))
    fulfil_backorders(session, actor=staff, now=utcnow(), store_id=shop.store.id)
    session.commit()
    order = the_order(session)
    first = delivery_day(session, shop.store, utcnow().astimezone(_zone(shop)).date())
    assert order.promised_at is not None
    assert order.promised_at.astimezone(_zone(shop)).strftime("%Y-%m-%d %H:%M") == f"{first} 18:00"


def test_a_delivery_follows_the_stores_calendar(shop: Shop, client: PageClient, session: Session) -> None:
    """Seen failing when only Sundays were no days of delivery, and 6 pm was promised on each."""
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint)
    address = shop.build.address(shop.company)
    draft_id = shop.draft([(paint, 3)])
    closed = delivery_day(session, shop.store, today() + timedelta(days=2))
    short = delivery_day(session, shop.store, closed)
    session.add(StoreException(store_id=shop.store.id, day=closed, note="Stocktaking"))
    session.execute(text("update store_hours set closes = '15:00'"))
    session.commit()
    form = {
        "store_id": str(shop.store.id),
        "fulfilment": "delivery",
        "address_id": handle("address", address.id),
    }
    client.sign_in(shop.user.email)
    client.post(
        f"/drafts/{handle('draft', draft_id)}/pickup",
        {**form, "delivery_date": closed.isoformat()},
        status=422,
    )
    assert "(Stocktaking), so it does not deliver. The next day is" in client.text
    assert "while the store is open, by closing time: Mon to Sat 7:00 am to 3:00 pm." in client.text
    client.follow(
        client.post(
            f"/drafts/{handle('draft', draft_id)}/pickup", {**form, "delivery_date": short.isoformat()}
        )
    )
    shut(session, shop, short)
    order_it(client, draft_id, status=422)
    assert "is closed on" in client.text
    session.execute(text("delete from store_exception where day = :day"), {"day": short})
    session.commit()
    client.get(f"/drafts/{handle('draft', draft_id)}/review")
    client.get(order_it(client, draft_id))
    order = the_order(session)
    assert order.promised_at is not None
    assert order.promised_at.astimezone(_zone(shop)).strftime("%Y-%m-%d %H:%M") == f"{short} 15:00"
    assert "by 3:00 pm" in client.text


def test_a_store_that_is_open_on_sundays_delivers_on_sundays(
    shop: Shop, client: PageClient, session: Session
) -> None:
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint)
    address = shop.build.address(shop.company)
    draft_id = shop.draft([(paint, 3)])
    session.execute(
        text("insert into store_hours select store_id, 7, opens, closes from store_hours limit 1")
    )
    session.commit()
    sunday = today() + timedelta(days=14 - today().weekday() - 1)
    client.sign_in(shop.user.email)
    choose(
        client,
        shop,
        draft_id,
        fulfilment="delivery",
        address_id=handle("address", address.id),
        delivery_date=sunday.isoformat(),
    )
    order_it(client, draft_id)
    assert the_order(session).delivery_date == sunday


def shut(session: Session, shop: Shop, day: date) -> None:
    session.add(StoreException(store_id=shop.store.id, day=day, note=""))
    session.commit()


def _zone(shop: Shop) -> ZoneInfo:
    return ZoneInfo(shop.store.time_zone)
