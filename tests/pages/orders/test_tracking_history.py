"""The company's orders as its people see them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.foundation.secrets.handles import handle
from portal.orders.models.orders import Order
from tests.builders import NOW, Build
from tests.page import PageClient
from tests.placed_orders import Counter, Want, counter

Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def scene(build: Build) -> Counter:
    return counter(build, on_hand=100_000)


def make_orders(scene: Counter) -> list[Order]:
    """Five orders, an hour apart, each with something of its own."""
    job = scene.build.job(scene.company, "Elm Street 12")
    colleague = scene.build.user(scene.company, name="Kim Doyle")
    scene.build.stock(scene.store, scene.build.variant("ROLL-9", "8.00", name="Roller sleeve 9 in"))
    roll = scene.build.session.query(type(scene.paint)).filter_by(sku="ROLL-9").one()
    made = []
    kinds: list[dict[str, object]] = [
        {"po_number": "PO-7731"},
        {"status": "collected", "job_id": job.id, "job_name": job.name},
        {"status": "cancelled"},
        {"subject_user_id": colleague.id, "subject_name": colleague.name},
        {"status": "ready", "ready_at": NOW},
    ]
    for n, fields in enumerate(kinds):
        wants = (Want(roll, 3, price="8.00"),) if n == 4 else ()
        made.append(scene.order(*wants, placed_at=NOW - timedelta(hours=n), **fields))
    return made


def numbers(client: PageClient) -> list[str]:
    assert client.page is not None
    return [
        (link.text or "")
        for cell in client.page.iter("th")
        if cell.get("scope") == "row"
        for link in cell.iter("a")
    ]


def test_newest_first_with_what_one_looks_for(client: PageClient, scene: Counter) -> None:
    orders = make_orders(scene)
    client.sign_in(scene.buyer.email)
    client.get("/orders")
    assert numbers(client) == [order.number for order in orders]
    for words in (
        "PO-7731",
        "Elm Street 12",
        "Kim Doyle",
        "Albany Central",
        "$129.80",
        "Ready for pickup",
        "Reorder",
    ):
        assert words in client.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=open", [0, 3, 4]),
        ("status=done", [1]),
        ("status=ready", [4]),
        ("po=7731", [0]),
        ("job=elm", [1]),
        ("q=po-7731", [0]),
        ("q=roller", [4]),
        ("q=roll9", [4]),
        ("q=elm+str", [1]),
        ("q=nothing-like-this", []),
        ("from=2026-06-02&to=2026-06-02", [0, 1, 2, 3, 4]),
        ("to=2026-06-01", []),
        ("status=open&q=roller", [4]),
    ],
)
def test_filters(client: PageClient, scene: Counter, query: str, found: list[int]) -> None:
    orders = make_orders(scene)
    client.sign_in(scene.buyer.email)
    client.get(f"/orders?{query}")
    assert numbers(client) == [orders[n].number for n in found]
    if not found:
        assert "No order matches" in client.text
        assert "Clear filters" in client.text


def test_filter_by_number_and_by_buyer(client: PageClient, scene: Counter) -> None:
    orders = make_orders(scene)
    client.sign_in(scene.buyer.email)
    client.get(f"/orders?q={orders[2].number.lower()}")
    assert numbers(client) == [orders[2].number]
    client.get(f"/orders?buyer={handle('person', orders[3].subject_user_id)}")
    assert numbers(client) == [orders[3].number]
    assert "Kim Doyle" in client.text


def test_a_date_that_is_none_is_told_next_to_its_field(client: PageClient, scene: Counter) -> None:
    make_orders(scene)
    client.sign_in(scene.buyer.email)
    client.get("/orders?from=yesterday&q=abc", status=422)
    assert "Write the date as year-month-day" in client.text
    assert 'value="abc"' in client.body
    client.get("/orders?from=2026-06-02&to=2026-06-01", status=422)
    assert "This is before the first date" in client.text


def test_paging_goes_there_and_back_without_losing_or_doubling(client: PageClient, scene: Counter) -> None:
    made = [scene.order(placed_at=NOW - timedelta(minutes=n // 2)).number for n in range(45)]
    client.sign_in(scene.buyer.email)
    client.get("/orders")
    pages, backwards = [numbers(client)], []
    while link := _link(client, "next"):
        client.get(link)
        pages.append(numbers(client))
    while link := _link(client, "prev"):
        client.get(link)
        backwards.append(numbers(client))
    assert [len(page) for page in pages] == [20, 20, 5]
    assert sorted(number for page in pages for number in page) == sorted(made)
    assert backwards == [pages[1], pages[0]]


def _link(client: PageClient, rel: str) -> str | None:
    assert client.page is not None
    return next((a.get("href") for a in client.page.iter("a") if a.get("rel") == rel), None)


def test_a_made_up_cursor_is_the_first_page(client: PageClient, scene: Counter) -> None:
    order = scene.order()
    client.sign_in(scene.buyer.email)
    client.get("/orders?after=bm90LWEtY3Vyc29y&before=%00")
    assert numbers(client) == [order.number]


def test_no_orders_yet(client: PageClient, scene: Counter) -> None:
    client.sign_in(scene.buyer.email)
    client.get("/orders")
    assert "No orders yet" in client.text
    assert "Find products" in client.text


def test_another_company_sees_none_of_it(client: PageClient, scene: Counter, build: Build) -> None:
    order = scene.order()
    stranger = build.user(build.company("Strangers Ltd"))
    client.sign_in(stranger.email)
    client.get("/orders")
    assert "No orders yet" in client.text
    client.get(f"/orders/{order.number}", status=404)
    client.get(f"/orders/{order.number}/slip", status=404)
    client.post(f"/orders/{order.number}/cancellation", status=404)
    assert client.http.get("/orders.csv").get_data(as_text=True).count("\n") == 1


def test_an_order_on_behalf_names_both(client: PageClient, scene: Counter, build: Build) -> None:
    rep = build.rep(scene.company, name="Alex Moreno")
    stay = build.delegation(rep, scene.buyer, scene.company)
    scene.order(placed_by_user_id=rep.id, placed_by_name=rep.name, delegation_id=stay.id)
    client.sign_in(scene.buyer.email)
    client.get("/orders")
    assert "Dana Ortiz placed by Alex Moreno" in client.text


def test_export_is_what_is_filtered(client: PageClient, scene: Counter) -> None:
    orders = make_orders(scene)
    scene.order(placed_at=NOW - timedelta(days=1), po_number="=cmd|' /C calc'!A1", status="collected")
    client.sign_in(scene.buyer.email)
    answer = client.http.get("/orders.csv?status=done")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    body = answer.get_data()
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[0] == {
        "Order": orders[1].number,
        "Placed": "2026-06-02 09:00",
        "Status": "Collected",
        "PO number": "",
        "Job": "Elm Street 12",
        "Ordered by": "Dana Ortiz",
        "Placed by": "Dana Ortiz",
        "Pickup or delivery": "pickup",
        "Store": "Albany Central",
        "Lines": "2",
        "Sales tax": "0.00",
        "Total": "129.80",
        "Currency": "USD",
    }
    assert rows[1]["PO number"].startswith("'=cmd")


def test_a_long_export_comes_in_pieces_and_is_complete(
    client: PageClient, scene: Counter, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.orders.tracking.views.history.PIECE", 4)
    made = [scene.order(placed_at=NOW - timedelta(minutes=n)).number for n in range(10)]
    client.sign_in(scene.buyer.email)
    body = client.http.get("/orders.csv").get_data().decode("utf-8-sig")
    assert [row["Order"] for row in csv.DictReader(io.StringIO(body))] == made


def test_history_costs_the_same_for_one_order_and_many(
    client: PageClient, scene: Counter, statements: Statements
) -> None:
    scene.order(po_number="PO-1")
    client.sign_in(scene.buyer.email)

    def cost(address: str) -> int:
        with statements() as heard:
            client.get(address)
        return len(heard)

    client.get("/orders")
    few = [cost("/orders"), cost("/orders?po=PO&status=open&q=PO-1")]
    for n in range(25):
        scene.order(placed_at=NOW - timedelta(hours=n), po_number="PO-1")
    assert [cost("/orders"), cost("/orders?po=PO&status=open&q=PO-1")] == few
    assert max(few) <= 6


def test_the_lines_of_the_filtered_orders(scene: Counter, client: PageClient) -> None:
    """One row for each line, of one's own company's orders alone. Seen failing without the export."""
    first = scene.order(Want(scene.paint, 2), Want(scene.tape, 12, price="3.95"), po_number="=1+1")
    scene.order(Want(scene.tape, 6, price="3.95"), po_number="OTHER")
    client.sign_in(scene.buyer.email)
    client.get("/orders")
    assert "/order-lines.csv" in client.body
    body = client.http.get("/order-lines.csv?po=1%2B1").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert [(row["Order"], row["Line"], row["SKU"], row["Quantity"]) for row in rows] == [
        (first.number, "1", "PRO-1", "2"),
        (first.number, "2", "TAPE-1", "12"),
    ]
    assert rows[0]["PO number"] == "'=1+1"
    assert (rows[1]["Unit price"], rows[1]["Total"]) == ("3.9500", "47.40")
    assert client.http.get("/order-lines.csv?from=soon").status_code == 302
