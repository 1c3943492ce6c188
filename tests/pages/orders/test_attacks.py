"""Orders and drafts under attack: other companies' numbers and ids, forged contents, tokens used twice."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from portal.accounts.models import CompanyJob
from portal.catalog.models import ListPrice, Product
from portal.foundation.clock import local
from portal.orders.models.drafts import Draft, DraftLine
from portal.orders.models.orders import Order, OrderLine
from portal.stores.models import StoreException
from tests.builders import Build, today
from tests.page import PageClient
from tests.placed_orders import Counter, Want, counter
from tests.shop import Shop


def shop_of(build: Build, name: str) -> Shop:
    store = build.store(f"{name} Street")
    company = build.company(name, home_store_id=store.id)
    user = build.user(company, "company_admin", name=f"{name} Buyer")
    return Shop(build, company, user, build.actor(user, company), store)


@pytest.fixture
def shop(build: Build) -> Shop:
    return shop_of(build, "Harbor")


def hidden(body: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', body)
    assert found, f"no field {name}"
    return found.group(1)


def to_review(shop: Shop, client: PageClient, quantity: int = 3, **form: str) -> tuple[int, dict[str, str]]:
    """A draft of one line at the review; its id and the form that places it."""
    paint = shop.build.variant("P-1", price="41.20")
    shop.build.stock(shop.store, paint, 50)
    draft_id = shop.draft([(paint, quantity)])
    client.sign_in(shop.user.email)
    client.follow(client.post(f"/drafts/{draft_id}/pickup", {"store_id": str(shop.store.id), **form}))
    return draft_id, {name: hidden(client.body, name) for name in ("shown", "token")}


def counted(session: Session, model: Any) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_other_companies_orders_and_drafts_do_not_exist(
    build: Build, client: PageClient, session: Session
) -> None:
    theirs, ours = shop_of(build, "Theirs"), shop_of(build, "Ours")
    paint = build.variant("P-1")
    build.stock(theirs.store, paint)
    foreign = theirs.draft([(paint, 2)])
    line = session.scalars(select(DraftLine.id)).one()
    scene = Counter(build, theirs.company, theirs.user, theirs.store, theirs.user, paint, paint)
    number = scene.order(Want(paint, 2)).number
    mine = ours.draft([(paint, 1)])
    build.stock(ours.store, paint)
    client.sign_in(ours.user.email)
    before = session.execute(
        text("select md5(string_agg(d::text, '' order by d.id)) from draft d where company_id = :c"),
        {"c": theirs.company.id},
    ).scalar()
    for path in (
        f"/orders/{number}",
        f"/orders/{number}/slip",
        f"/orders/{number}/reorder",
        f"/orders/{number}/placed",
        f"/orders/{number}/cancellation",
        f"/orders/{number}/calendar.ics",
        f"/drafts/{foreign}",
        f"/drafts/{foreign}/pickup",
        f"/drafts/{foreign}/review",
    ):
        client.get(path, status=404)
    for path, form in (
        (f"/orders/{number}/cancellation", {}),
        (f"/orders/{number}/reorders", {"everything": "1"}),
        *(
            (
                f"/drafts/{foreign}/{step}",
                {
                    "name": "x",
                    "store_id": str(ours.store.id),
                    "token": "t",
                    "shown": "s",
                    f"quantity-{line}": "9",
                    "action": "checkout",
                },
            )
            for step in (
                "lines",
                "parking",
                "resumption",
                "name",
                "discarding",
                "restoration",
                "copies",
                "pickup",
                "placement",
                "left-out/dismissal",
                f"lines/{line}/removal",
                f"lines/{line}/replacement",
            )
        ),
        (f"/drafts/{mine}/lines/{line}/removal", {}),
        (f"/drafts/{mine}/lines/{line}/replacement", {}),
    ):
        client.post(path, form, status=404)
    client.post(f"/drafts/{mine}/lines", {f"quantity-{line}": "9"})
    client.get(f"/orders?q={number}&buyer={theirs.user.id}")
    assert "No order matches" in client.text
    assert number not in client.http.get("/orders.csv").get_data(as_text=True)
    after = session.execute(
        text("select md5(string_agg(d::text, '' order by d.id)) from draft d where company_id = :c"),
        {"c": theirs.company.id},
    ).scalar()
    assert before == after
    assert session.scalar(select(DraftLine.quantity).where(DraftLine.id == line)) == 2


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
    client.post(f"/drafts/{draft_id}/pickup", {**form, "address_id": str(address.id)}, status=422)
    client.post(
        f"/drafts/{draft_id}/pickup", {"store_id": str(ours.store.id), "job_id": str(job.id)}, status=422
    )
    client.post("/context", {"job_id": str(job.id)}, status=404)
    client.post("/context", {"company_id": str(theirs.company.id)}, status=404)
    client.post(f"/jobs/{job.id}/closure", status=404)
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
        ("nonsense", lambda shown: "1;;;;x:y"),
        ("version", lambda shown: "2" + shown[1:]),
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
    answer = client.post(f"/drafts/{draft_id}/placement", forged, status=None)
    if what == "twice":  # says nothing new
        assert answer.status_code in (302, 422)
    else:
        assert answer.status_code == 422
        assert counted(session, Order) == 0
    client.post(f"/drafts/{draft_id}/placement", {**form, "token": "another"})
    order = session.scalars(select(Order)).one()
    assert (order.total_minor, order.status, order.company_id) == (12_360, "placed", shop.company.id)


def test_a_token_serves_one_draft(shop: Shop, client: PageClient, session: Session) -> None:
    first, form = to_review(shop, client)
    client.post(f"/drafts/{first}/placement", form)
    paint = session.scalars(select(OrderLine.variant_id)).one()
    client.post("/drafts/current/lines", {"variant_id": str(paint)})
    second = session.scalars(select(Draft.id).where(Draft.state == "current")).one()
    client.follow(client.post(f"/drafts/{second}/pickup", {"store_id": str(shop.store.id)}))
    shown = hidden(client.body, "shown")
    for token in (form["token"],):
        client.post(f"/drafts/{second}/placement", {"shown": shown, "token": token}, status=409)
    for token in ("\x00", "", "x" * 5000, "' or 1=1"):
        client.post(f"/drafts/{first}/placement", {"shown": form["shown"], "token": token})
    client.post(f"/drafts/{first}/placement", {"shown": "other", "token": form["token"]}, status=409)
    assert counted(session, Order) == 1


@pytest.mark.parametrize("state", ["discarded", "colleague"])
def test_drafts_that_are_not_to_be_placed(
    state: str, shop: Shop, client: PageClient, session: Session
) -> None:
    draft_id, form = to_review(shop, client)
    values = {"owner_user_id": shop.build.user(shop.company).id} if state == "colleague" else {"state": state}
    session.execute(update(Draft).values(**values))
    session.commit()
    client.post(f"/drafts/{draft_id}/placement", form, status=404)
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
    client.post(f"/drafts/{draft_id}/placement", form, status=422)
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
    client.get(f"/drafts/{draft_id}/pickup")
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
            f"/drafts/{draft_id}/pickup", {"store_id": str(shop.store.id), "window": made_up}, status=None
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
    client.get(f"/drafts/{draft_id}/pickup")
    window = windows_of(client)[-1]
    client.follow(
        client.post(f"/drafts/{draft_id}/pickup", {"store_id": str(shop.store.id), "window": window})
    )
    form = {name: hidden(client.body, name) for name in ("shown", "token")}
    start = session.scalars(select(Draft.window_start)).one()
    assert start is not None
    session.add(
        StoreException(store_id=shop.store.id, day=local(start, shop.store.time_zone).date(), note="Flood")
    )
    session.commit()
    client.post(f"/drafts/{draft_id}/placement", form, status=422)
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
        "address_id": str(address.id),
        "when_short": "backorder",
    }
    client.post(f"/drafts/{draft_id}/pickup", {**form, "delivery_date": day.isoformat()}, status=422)
    sunday = today() + timedelta(days=14 - today().isoweekday())
    client.post(f"/drafts/{draft_id}/pickup", {**form, "delivery_date": sunday.isoformat()}, status=422)


@pytest.mark.parametrize("kind", ["order", "credit", "adjustment"])
def test_orders_with_nothing_to_order_again(
    kind: str, build: Build, client: PageClient, session: Session
) -> None:
    scene = counter(build)
    order = scene.order()
    session.execute(update(Order).values(kind=kind, source="import"))
    session.execute(text("update order_line set quantity = -quantity, quantity_reserved = 0"))
    session.commit()
    client.sign_in(scene.buyer.email)
    client.get(f"/orders/{order.number}/reorder")
    client.post(f"/orders/{order.number}/reorders", {"everything": "1"}, status=422)
    client.post(f"/orders/{order.number}/reorders", {"line": "1", "quantity-1": "-2"}, status=422)
    client.post(f"/orders/{order.number}/cancellation", status=None)
    assert counted(session, DraftLine) == 0
    assert counted(session, Draft) == 0
    assert session.scalars(select(Order.status)).one() == ("cancelled" if kind == "order" else "placed")


def test_what_people_type_stays_words(build: Build, client: PageClient, session: Session) -> None:
    evil = [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7*7 }}",
        "=HYPERLINK(1)",
        "+1",
        "-1",
        "@x",
        "\t=1",
        "%0d%0aSet-Cookie: a=b",
        "&lt;b&gt;",
        "' or 1=1 --",
        "{% raw %}",
        "${7*7}",
        "\n=1+1",
        "＝1",
    ]
    scene = counter(build, on_hand=1000)
    for words in evil:
        order = scene.order(
            po_number=words,
            job_name=words,
            note=words,
            placed_by_name=words,
            subject_name=words,
            pickup_person=words,
            on_behalf_reason=words,
        )
    session.execute(update(Product).values(name=evil[1]))
    session.execute(text("update variant set name = :evil"), {"evil": evil[0]})
    session.execute(text("update store set name = :evil"), {"evil": evil[0]})
    session.execute(text("update company set name = :evil"), {"evil": evil[1]})
    session.commit()
    client.sign_in(scene.buyer.email)
    pages = [
        "/orders",
        f"/orders/{order.number}",
        f"/orders/{order.number}/slip",
        "/",
        "/activity",
        "/products?q=script",
        f"/products?q={evil[0]}",
        "/drafts/current",
        "/stores",
        "/bought-before",
    ]
    for page in pages:
        client.get(page)  # the client refuses inline scripts and handlers
        assert "<script>alert" not in client.body
        assert "<img src=x" not in client.body
        assert "49" not in re.findall(r"PO (49)", client.text)
    rows = list(csv.reader(io.StringIO(client.http.get("/orders.csv").get_data(as_text=True))))
    assert len(rows) == 1 + len(evil)
    for cell in (cell for row in rows[1:] for cell in row):
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")), cell
    client.post("/sign-out")
    client.sign_in(scene.associate.email)
    for page in ("/counter", f"/counter/orders/{order.number}", f"/counter/orders/{order.number}/slip"):
        client.get(page)
        assert "<script>alert" not in client.body


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
        codes.append(http.post(f"/drafts/{draft_id}/placement", data=data).status_code)

    threads = [Thread(target=press, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [302] * 10
    assert counted(session, Order) == 1


def test_several_tabs_resume_different_drafts(
    shop: Shop, client: PageClient, app: Flask, session: Session
) -> None:
    paint = shop.build.variant("P-1")
    drafts = [shop.draft([(paint, n + 1)]) for n in range(6)]
    session.execute(update(Draft).values(state="parked"))
    session.commit()
    client.sign_in(shop.user.email)
    client.get("/drafts")
    token = hidden(client.body, "csrf_token")
    cookies = {name: client.http.get_cookie(name) for name in ("portal_session", "portal_form")}
    barrier, codes = Barrier(6), []

    def resume(draft_id: int) -> None:
        http = app.test_client()
        for name, cookie in cookies.items():
            assert cookie is not None
            http.set_cookie(name, cookie.value)
        barrier.wait()
        codes.append(http.post(f"/drafts/{draft_id}/resumption", data={"csrf_token": token}).status_code)

    threads = [Thread(target=resume, args=(each,)) for each in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(codes) == 6
    assert set(codes) <= {302, 409}
    states = session.scalars(select(Draft.state)).all()
    assert states.count("current") == 1
    assert states.count("parked") == 5
