"""The counter: the board of a store, and an order on its way over it, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import SignInAttempt
from portal.foundation.clock import utcnow
from portal.orders.models.orders import Order, OrderLine
from portal.stores.models import PickupSlot
from tests.builders import Build
from tests.page import PageClient
from tests.placed_orders import Counter, Want, counter, stock_now

Statements = Callable[[], AbstractContextManager[list[str]]]
FOG = ("TC-0001", "Harbor Fog", "#9AA7AB")


@pytest.fixture
def scene(build: Build) -> Counter:
    return counter(build, on_hand=10_000)


def status_of(session: Session, order: Order) -> str:
    return session.get_one(Order, order.id, populate_existing=True).status


def test_an_order_goes_over_the_counter(client: PageClient, scene: Counter, session: Session) -> None:
    soon = utcnow() + timedelta(hours=2)
    order = scene.order(
        Want(scene.paint, 2, colour=FOG), Want(scene.tape, 12, price="3.95"), promised_at=soon
    )
    at = f"/counter/orders/{order.number}"
    client.sign_in(scene.associate.email)
    client.get("/counter")
    for words in (
        "Albany Central",
        "Next to prepare",
        order.number,
        "Harbour Painting",
        "2 cans to tint",
        "Accept",
    ):
        assert words in client.text, words

    client.follow(client.post(f"{at}/acceptance", {"back": "board"}))
    assert "is accepted" in client.text
    assert "Start picking" in client.text
    client.follow(client.post(f"{at}/picking"))
    assert "Pick list 2 lines left" in client.text

    client.get("/counter")
    for words in ("Harbor Fog", "TC-0001", "White base · 1 gal", "Tinted", "Being picked 1"):
        assert words in client.text, words
    client.follow(client.post(f"{at}/lines/1/tinting", {"back": "board"}))
    assert "No can waits for the machine" in client.text

    client.post(f"{at}/readiness", {}, status=422)
    assert "Tick the lines that are ready" in client.text
    client.post(f"{at}/readiness", {"line": "1", "picked-1": "9"}, status=422)
    assert "Line 1 has 2 left to pick, not 9" in client.text
    client.follow(client.post(f"{at}/readiness", {"line": ["1", "2"], "picked-1": "2", "picked-2": "12"}))
    assert "is ready. The customer has been told." in client.text
    assert "For Sam Fields" in client.text

    answer = client.follow(
        client.post(f"{at}/handover", {"code": "k7p qxa", "choose": "1", "line": ["1", "2"]})
    )
    assert answer.request.path == "/counter"
    assert "is handed over to Sam Fields" in client.text
    assert status_of(session, order) == "collected"


def test_a_wrong_code_is_told_next_to_it_counted_and_paused(
    client: PageClient, scene: Counter, session: Session
) -> None:
    order = scene.order(status="ready", ready_at=utcnow())
    client.sign_in(scene.associate.email)
    for left in (4, 3, 2, 1, 0):
        client.post(f"/counter/orders/{order.number}/handover", {"code": "NOPE11"}, status=422)
        assert "That is not the code of this order" in client.text
        assert (f"{left} more" in client.text) or not left
        assert 'value="NOPE11"' in client.body
    assert len(session.scalars(select(SignInAttempt)).all()) == 5
    client.post(f"/counter/orders/{order.number}/handover", {"code": "K7PQXA"}, status=422)
    assert "Five wrong codes" in client.text
    assert status_of(session, order) == "ready"


def test_the_code_alone_finds_the_order(client: PageClient, scene: Counter) -> None:
    order = scene.order(status="ready", ready_at=utcnow(), pickup_code="QRX3NY")
    client.sign_in(scene.associate.email)
    client.post("/counter", {"q": "qrx-3ny"}, status=200)  # no address ever holds the code
    assert f"{order.number}" in client.text
    assert 'value="qrx-3ny"' in client.body
    client.follow(client.post("/counter", {"q": order.number.lower()}))
    assert "Hand over" in client.text
    client.post("/counter", {"q": "no-such-thing"}, status=200)
    assert "No order here is called “no-such-thing”" in client.text
    assert client.get("/counter?q=QRX3NY").request.path == "/counter"
    assert order.pickup_code not in client.body
    client.get(f"/counter/orders/{order.number}?code=QRX3NY")
    assert order.pickup_code not in client.body


def test_guessed_codes_are_counted_and_paused(client: PageClient, scene: Counter, session: Session) -> None:
    """Seen failing without the row that an unknown code leaves."""
    order = scene.order(status="ready", ready_at=utcnow(), pickup_code="QRX3NY")
    client.sign_in(scene.associate.email)
    for n in range(10):
        client.post("/counter", {"q": f"AAAA3{'ACDEFGHJKM'[n]}"}, status=200)
        client.post("/counter", {"q": f"no code {n}"}, status=200)
        client.follow(client.post("/counter", {"q": order.number}))
    assert len(session.scalars(select(SignInAttempt)).all()) == 10
    client.post("/counter", {"q": "QRX3NY"}, status=429)
    assert "Ten codes that no order has" in client.text
    assert order.number in client.text  # on the board, where it is anyway
    assert "Hand over to" not in client.text
    client.follow(client.post("/counter", {"q": order.number}))
    assert "Hand over" in client.text
    colleague = scene.build.user(kind="store", store_id=scene.store.id)
    client.http.delete_cookie("portal_session")
    client.sign_in(colleague.email)
    client.post("/counter", {"q": "QRX3NY"}, status=200)
    assert 'value="QRX3NY"' in client.body


def test_late_orders_stand_first(client: PageClient, scene: Counter) -> None:
    late = scene.order(status="accepted", promised_at=utcnow() - timedelta(minutes=25))
    scene.order(promised_at=utcnow() + timedelta(hours=1))
    client.sign_in(scene.associate.email)
    client.get("/counter")
    assert "1 Late" in client.text
    assert client.text.index("late by 25 min") < client.text.index("Next to prepare")
    client.get(f"/counter/orders/{late.number}")
    assert "late by 25 min" in client.text


def test_missing_goods(client: PageClient, scene: Counter, session: Session) -> None:
    order = scene.order(status="picking")
    at = f"/counter/orders/{order.number}/lines/1/shortage"
    client.sign_in(scene.associate.email)
    client.get(at)
    assert "2 ordered, 2 should be on the shelf" in client.text
    client.post(at, {"units": "x", "reason": "damaged", "rest": "cancel"}, status=422)
    assert "Give a number from 1 to 2" in client.text
    client.post(at, {"units": "1", "reason": "", "rest": "cancel"}, status=422)
    assert "Say why it is missing" in client.text
    client.post(at, {"units": "1", "reason": "damaged"}, status=422)
    assert "Say whether the customer waits" in client.text
    client.follow(client.post(at, {"units": "1", "reason": "damaged", "rest": "backorder"}))
    assert "1 more wait for stock" in client.text
    assert session.scalars(select(OrderLine.quantity_backordered).order_by(OrderLine.line_no)).all() == [1, 0]
    client.get(f"/counter/orders/{order.number}/lines/9/shortage", status=404)


def test_what_came_in_is_given_out(client: PageClient, scene: Counter, session: Session) -> None:
    order = scene.order(Want(scene.paint, 2, backordered=2), status="backordered")
    client.sign_in(scene.associate.email)
    client.get("/counter")
    assert "Waiting for stock 1" in client.text
    client.follow(client.post("/counter/backorders"))
    assert f"Stock given to {order.number}" in client.text
    assert status_of(session, order) == "picking"
    client.follow(client.post("/counter/backorders"))
    assert "has come in yet" in client.text


def test_a_new_promise(client: PageClient, scene: Counter) -> None:
    order = scene.order(promised_at=utcnow() + timedelta(hours=1))
    at = f"/counter/orders/{order.number}/promise"
    client.sign_in(scene.associate.email)
    client.post(at, {"promised_at": "soon", "promise_reason": "Machine is down"}, status=422)
    assert "Give a date and a time" in client.text
    assert "Machine is down" in client.body
    client.post(at, {"promised_at": "2031-01-01T09:00", "promise_reason": ""}, status=422)
    assert "Tell the customer why" in client.text
    client.follow(client.post(at, {"promised_at": "2031-01-01T09:00", "promise_reason": "Machine is down"}))
    assert "New time promised: Machine is down" in client.text
    assert "Ready by Wed 1 Jan 2031 9:00 am" in client.text


def test_delivery_from_the_board(client: PageClient, scene: Counter, session: Session) -> None:
    order = scene.order(
        status="ready",
        fulfilment="delivery",
        pickup_code=None,
        pickup_person="",
        promised_at=utcnow() + timedelta(days=1),
        ship_to={"recipient": "Site office", "line1": "4 Mill Lane"},
    )
    client.sign_in(scene.associate.email)
    client.get(f"/counter/orders/{order.number}")
    assert "Site office" in client.text
    client.follow(client.post(f"/counter/orders/{order.number}/departure", {"back": "board"}))
    assert "Delivered" in client.text
    client.follow(client.post(f"/counter/orders/{order.number}/arrival", {"back": "board"}))
    assert status_of(session, order) == "delivered"


def test_windows_of_today(client: PageClient, scene: Counter, session: Session) -> None:
    start = utcnow().replace(minute=0, second=0, microsecond=0)
    scene.order(
        window_start=start, window_end=start + timedelta(hours=1), promised_at=utcnow() + timedelta(hours=1)
    )
    client.sign_in(scene.associate.email)
    client.get("/counter")
    assert "1 of 6 booked" in client.text
    assert "0 ready, 1 to do" in client.text
    assert session.scalar(select(PickupSlot.booked)) == 1


def test_an_associate_sees_the_own_store_and_an_administrator_chooses(
    client: PageClient, scene: Counter, build: Build
) -> None:
    elsewhere = build.store("Zebra Street")
    order = scene.order()
    other = build.user(kind="store", store_id=elsewhere.id)
    client.sign_in(other.email)
    client.get("/counter")
    assert "Zebra Street" in client.text
    assert order.number not in client.text
    client.get(f"/counter?store={scene.store.code}", status=404)
    client.get(f"/counter/orders/{order.number}", status=404)
    client.post("/counter", {"q": order.number}, status=200)
    assert "No order here is called" in client.text
    client.post(f"/counter/orders/{order.number}/acceptance", status=404)

    client.http.delete_cookie("portal_session")
    client.sign_in(build.user(kind="admin").email)
    client.get(f"/counter?store={scene.store.code}")
    assert order.number in client.text
    client.get(f"/counter?store={elsewhere.code}")
    assert order.number not in client.text


def test_customers_and_reps_have_no_counter(client: PageClient, scene: Counter, build: Build) -> None:
    order = scene.order()
    for person in (scene.buyer, build.rep(scene.company), build.user(kind="support")):
        client.http.delete_cookie("portal_session")
        client.sign_in(person.email)
        client.get("/counter", status=403)
        client.post(f"/counter/orders/{order.number}/acceptance", status=403)


def test_the_board_refreshes_as_a_fragment_of_the_same_address(client: PageClient, scene: Counter) -> None:
    scene.order()
    client.sign_in(scene.associate.email)
    client.get("/counter", headers={"HX-Request": "true"})
    assert client.body.lstrip().startswith('<div class="counter-board" id="board"')


def test_board_and_order_cost_the_same_however_much_is_open(
    client: PageClient, scene: Counter, statements: Statements
) -> None:
    small = scene.order(status="picking")
    client.sign_in(scene.associate.email)
    client.get("/counter")

    def cost(address: str) -> int:
        with statements() as heard:
            client.get(address)
        return len(heard)

    few = cost("/counter"), cost(f"/counter/orders/{small.number}")
    large = scene.order(*[Want(scene.tape, 1, price="3.95") for _ in range(60)], status="picking")
    for status in ("placed", "accepted", "picking", "ready"):
        for _ in range(6):
            scene.order(Want(scene.paint, 1, colour=FOG), status=status)
    assert (cost("/counter"), cost(f"/counter/orders/{large.number}")) == few
    assert max(few) <= 6
    assert stock_now(scene.build.session, scene.store)


def test_the_board_lists_orders_that_cannot_be_filled(
    client: PageClient, scene: Counter, session: Session
) -> None:
    """Seen failing without the query: the counter learned it with the customer in front of it."""
    soon = utcnow() + timedelta(hours=2)
    first = scene.order(Want(scene.tape, 12, price="3.95"), promised_at=soon)
    second = scene.order(Want(scene.tape, 12, price="3.95"), promised_at=soon + timedelta(hours=1))
    client.sign_in(scene.associate.email)
    client.get("/counter")
    assert "Not enough in stock" not in client.text
    session.execute(text("update stock set on_hand = 15 where variant_id = :id"), {"id": scene.tape.id})
    session.commit()
    client.get("/counter")
    assert "1 Short" in client.text
    assert f"{second.number} Harbour Painting: 9 of TAPE-1 (15 on hand)" in client.text
    assert f"{first.number} Harbour Painting:" not in client.text
    assert "9 not in stock" in client.text
