"""Orders and drafts under attack: other companies' numbers and ids, words that mean something to a program."""

from __future__ import annotations

import csv
import io
import re
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from portal.catalog.models import Product
from portal.foundation.secrets.handles import handle
from portal.orders.models.drafts import Draft, DraftLine
from portal.orders.models.orders import Order
from tests.builders import Build
from tests.page import PageClient
from tests.pages.orders.review import counted, hidden, shop_of
from tests.placed_orders import Counter, Want, counter
from tests.shop import Shop


@pytest.fixture
def shop(build: Build) -> Shop:
    return shop_of(build, "Harbor")


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
        f"/drafts/{handle('draft', foreign)}",
        f"/drafts/{handle('draft', foreign)}/pickup",
        f"/drafts/{handle('draft', foreign)}/review",
    ):
        client.get(path, status=404)
    for path, form in (
        (f"/orders/{number}/cancellation", {}),
        (f"/orders/{number}/reorders", {"everything": "1"}),
        *(
            (
                f"/drafts/{handle('draft', foreign)}/{step}",
                {
                    "name": "x",
                    "store_id": str(ours.store.id),
                    "token": "t",
                    "shown": "s",
                    f"quantity-{handle('line', line)}": "9",
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
        (f"/drafts/{handle('draft', mine)}/lines/{handle('line', line)}/removal", {}),
        (f"/drafts/{handle('draft', mine)}/lines/{handle('line', line)}/replacement", {}),
    ):
        client.post(path, form, status=404)
    client.post(f"/drafts/{handle('draft', mine)}/lines", {f"quantity-{handle('line', line)}": "9"})
    client.get(f"/orders?q={number}&buyer={handle('person', theirs.user.id)}")
    assert "No order matches" in client.text
    assert number not in client.http.get("/orders.csv").get_data(as_text=True)
    after = session.execute(
        text("select md5(string_agg(d::text, '' order by d.id)) from draft d where company_id = :c"),
        {"c": theirs.company.id},
    ).scalar()
    assert before == after
    assert session.scalar(select(DraftLine.quantity).where(DraftLine.id == line)) == 2


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
        codes.append(
            http.post(
                f"/drafts/{handle('draft', draft_id)}/resumption", data={"csrf_token": token}
            ).status_code
        )

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
