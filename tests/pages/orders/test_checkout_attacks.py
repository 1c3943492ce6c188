"""Checkout under attack: other companies' ids, forged contents, tokens used twice."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from portal.accounts.models import CompanyJob
from portal.catalog.models import ListPrice
from portal.foundation.clock import local
from portal.foundation.secrets.handles import handle
from portal.orders.models.drafts import Draft, DraftLine
from portal.orders.models.orders import Order, OrderLine
from portal.stores.models import StoreException
from tests.builders import Build, today
from tests.page import PageClient
from tests.pages.orders.review import counted, hidden, shop_of, to_review
from tests.shop import Shop


@pytest.fixture
def shop(build: Build) -> Shop:
    return shop_of(build, "Harbor")


def test_foreign_ids_in_the_checkout(build: Build, client: PageClient, session: Session) -> None:
    theirs, ours = shop_of(build, "Theirs"), shop_of(build, "Ours")
    address, job = build.address(theirs.company), build.job(theirs.company)
    build.part_number(theirs.company, build.variant("SECRET-1"), "OURNAME-9")
    paint = build.variant("P-1")
    build.stock(ours.store, paint)
    draft_id = ours.draft([(paint, 1)])
    client.sign_in(ours.user.email)
    day = today() + timedelta(days=3)
    tomorrow = day + timedelta(days=1) if day.isoweekday() == 7 else day
    form = {"store_id": str(ours.store.id), "fulfilment": "delivery", "delivery_date": tomorrow.isoformat()}
    client.post(
        f"/drafts/{handle('draft', draft_id)}/pickup",
        {**form, "address_id": handle("address", address.id)},
        status=422,
    )
    client.post(
        f"/drafts/{handle('draft', draft_id)}/pickup",
        {"store_id": str(ours.store.id), "job_id": handle("job", job.id)},
        status=422,
    )
    client.post("/context", {"job_id": handle("job", job.id)}, status=404)
    client.post("/context", {"company_id": handle("company", theirs.company.id)}, status=404)
    client.post(f"/jobs/{handle('job', job.id)}/closure", status=404)
    client.post("/drafts/current/lines", {"sku": "OURNAME-9"}, status=422)
    client.get("/products/why/OURNAME-9", status=404)
    assert session.get_one(CompanyJob, job.id).closed_at is None


@pytest.mark.parametrize(
    ("what", "is_forged"),
    [
        ("price", lambda shown: re.sub(r":41\.2000", ":0.0100", shown)),
        ("quantity", lambda shown: re.sub(r":3:41", ":30:41", shown)),
        ("infinite", lambda shown: re.sub(r"41\.2000", "Infinity", shown)),
        ("none", lambda shown: re.sub(r"41\.2000", "NaN", shown)),
        ("signalling", lambda shown: re.sub(r"41\.2000", "sNaN", shown)),
        ("huge", lambda shown: re.sub(r"41\.2000", "1e999999999", shown)),
        ("missing", lambda shown: ""),
        ("nonsense", lambda shown: "2;;;;x:y"),
        ("version", lambda shown: "1" + shown[1:]),
        ("twice", lambda shown: shown + ";" + shown.split(";")[-1]),
        ("digits", lambda shown: shown.replace("3", "9" * 5000)),
        ("long", lambda shown: shown + ";1:1:1:1" * 20_000),
        ("terms", lambda shown: shown.replace("pickup", "delivery")),
    ],
)
def test_what_was_shown_cannot_be_forged(
    what: str, is_forged: Any, shop: Shop, client: PageClient, session: Session
) -> None:
    draft_id, form = to_review(shop, client)
    forged = {
        **form,
        "shown": is_forged(form["shown"]),
        "unit_price": "0.01",
        "total_minor": "1",
        "status": "collected",
        "company_id": "1",
        "placed_by_user_id": "1",
        "number": "CP-1",
    }
    answer = client.post(f"/drafts/{handle('draft', draft_id)}/placement", forged, status=None)
    if what == "twice":  # says nothing new
        assert answer.status_code in (302, 422)
    else:
        assert answer.status_code == 422
        assert counted(session, Order) == 0
    client.post(f"/drafts/{handle('draft', draft_id)}/placement", {**form, "token": "another"})
    order = session.scalars(select(Order)).one()
    assert (order.total_minor, order.status, order.company_id) == (12_360, "placed", shop.company.id)


def test_a_token_serves_one_draft(shop: Shop, client: PageClient, session: Session) -> None:
    first, form = to_review(shop, client)
    client.post(f"/drafts/{handle('draft', first)}/placement", form)
    paint = session.scalars(select(OrderLine.variant_id)).one()
    client.post("/drafts/current/lines", {"variant_id": str(paint)})
    second = session.scalars(select(Draft.id).where(Draft.state == "current")).one()
    client.follow(client.post(f"/drafts/{handle('draft', second)}/pickup", {"store_id": str(shop.store.id)}))
    shown = hidden(client.body, "shown")
    for token in (form["token"],):
        client.post(
            f"/drafts/{handle('draft', second)}/placement", {"shown": shown, "token": token}, status=409
        )
    for token in ("\x00", "", "x" * 5000, "' or 1=1"):
        client.post(f"/drafts/{handle('draft', first)}/placement", {"shown": form["shown"], "token": token})
    client.post(
        f"/drafts/{handle('draft', first)}/placement", {"shown": "other", "token": form["token"]}, status=409
    )
    assert counted(session, Order) == 1


@pytest.mark.parametrize("state", ["discarded", "colleague"])
def test_drafts_that_are_not_to_be_placed(
    state: str, shop: Shop, client: PageClient, session: Session
) -> None:
    draft_id, form = to_review(shop, client)
    values = {"owner_user_id": shop.build.user(shop.company).id} if state == "colleague" else {"state": state}
    session.execute(update(Draft).values(**values))
    session.commit()
    client.post(f"/drafts/{handle('draft', draft_id)}/placement", form, status=404)
    assert counted(session, Order) == 0


CHANGES = {
    "price": lambda shop: update(ListPrice).values(unit_price=Decimal("41.21")),
    "no price": lambda shop: update(ListPrice).values(valid_to=today() - timedelta(days=2)),
    "quantity": lambda shop: update(DraftLine).values(quantity=4),
    "pack": lambda shop: text("update variant set pack_size = 2"),
    "discontinued": lambda shop: text("update variant set discontinued_on = '2020-01-01'"),
    "stock": lambda shop: text("update stock set on_hand = 2"),
    "hold": lambda shop: text("update credit_account set on_hold = true"),
    "limit": lambda shop: text("update credit_account set limit_minor = 12359"),
    "po": lambda shop: text("update company set po_mode = 'required'"),
    "list": lambda shop: text("update company set po_mode = 'list'"),
    "colour": lambda shop: text("update draft_line set colour_number = 'TC-0001'"),
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_what_changed_since_stops_the_placement(
    change: str, shop: Shop, client: PageClient, session: Session
) -> None:
    shop.build.colour("TC-0001")  # the product cannot be tinted
    draft_id, form = to_review(shop, client)
    session.execute(CHANGES[change](shop))
    session.commit()
    client.post(f"/drafts/{handle('draft', draft_id)}/placement", form, status=422)
    assert counted(session, Order) == 0
    assert session.execute(text("select sum(used_minor) from credit_account")).scalar() == 0
    assert session.execute(text("select sum(reserved) from stock")).scalar() == 0


def windows_of(client: PageClient) -> list[str]:
    return re.findall(r'name="window" value="([^"]+)"', client.body)


def test_pickup_times_are_those_that_are_offered(shop: Shop, client: PageClient, session: Session) -> None:
    paint = shop.build.variant("P-1")
    shop.build.stock(shop.store, paint, 50)
    draft_id = shop.draft([(paint, 3)])
    client.sign_in(shop.user.email)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup")
    offered = windows_of(client)[-1]
    for made_up in (
        offered.replace("00:00", "07:11"),
        "2020-01-06T12:00:00+00:00",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        offered + "x",
        "2026-06-02T12:00:00",
    ):
        answer = client.post(
            f"/drafts/{handle('draft', draft_id)}/pickup",
            {"store_id": str(shop.store.id), "window": made_up},
            status=None,
        )
        session.expire_all()
        assert session.scalars(select(Draft.window_start)).one() is None, made_up
        assert answer.status_code in (302, 422)


def test_a_window_on_a_day_that_the_store_has_closed(
    shop: Shop, client: PageClient, session: Session
) -> None:
    paint = shop.build.variant("P-1")
    shop.build.stock(shop.store, paint, 50)
    draft_id = shop.draft([(paint, 3)])
    client.sign_in(shop.user.email)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup")
    window = windows_of(client)[-1]
    client.follow(
        client.post(
            f"/drafts/{handle('draft', draft_id)}/pickup", {"store_id": str(shop.store.id), "window": window}
        )
    )
    form = {name: hidden(client.body, name) for name in ("shown", "token")}
    start = session.scalars(select(Draft.window_start)).one()
    assert start is not None
    session.add(
        StoreException(store_id=shop.store.id, day=local(start, shop.store.time_zone).date(), note="Flood")
    )
    session.commit()
    client.post(f"/drafts/{handle('draft', draft_id)}/placement", form, status=422)
    assert counted(session, Order) == 0


@pytest.mark.parametrize("ahead", [-36_500, -1, 0, 100, 36_500])
def test_delivery_days_that_are_none(ahead: int, shop: Shop, client: PageClient, session: Session) -> None:
    address = shop.build.address(shop.company)
    draft_id = shop.draft([(shop.build.variant("P-1"), 3)])
    client.sign_in(shop.user.email)
    day = today() + timedelta(days=ahead)
    form = {
        "store_id": str(shop.store.id),
        "fulfilment": "delivery",
        "address_id": handle("address", address.id),
        "when_short": "backorder",
    }
    client.post(
        f"/drafts/{handle('draft', draft_id)}/pickup", {**form, "delivery_date": day.isoformat()}, status=422
    )
    sunday = today() + timedelta(days=14 - today().isoweekday())
    client.post(
        f"/drafts/{handle('draft', draft_id)}/pickup",
        {**form, "delivery_date": sunday.isoformat()},
        status=422,
    )


def test_ten_presses_make_one_order(shop: Shop, client: PageClient, app: Flask, session: Session) -> None:
    draft_id, form = to_review(shop, client)
    cookie = client.http.get_cookie("portal_session")
    csrf_cookie = client.http.get_cookie("portal_form")
    assert cookie is not None
    assert csrf_cookie is not None
    barrier, codes = Barrier(10), []

    def press(n: int) -> None:
        http = app.test_client()
        http.set_cookie("portal_session", cookie.value)
        http.set_cookie("portal_form", csrf_cookie.value)
        barrier.wait()
        mine = form if n % 2 else {**form, "token": f"other-{n}"}
        data = {**mine, "csrf_token": hidden(client.body, "csrf_token")}
        codes.append(http.post(f"/drafts/{handle('draft', draft_id)}/placement", data=data).status_code)

    threads = [Thread(target=press, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [302] * 10
    assert counted(session, Order) == 1
