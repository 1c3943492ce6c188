"""From accepted to collected: states, stock, events, touchpoints and mails of every step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import OutboundMail
from portal.orders.fulfilment.use_cases.acceptance import accept
from portal.orders.fulfilment.use_cases.delivery import change_promise, deliver, dispatch
from portal.orders.fulfilment.use_cases.handover import hand_over
from portal.orders.fulfilment.use_cases.picks import start_picking, tint_done
from portal.orders.fulfilment.use_cases.pickup_codes import count_wrong_code
from portal.orders.fulfilment.use_cases.readiness import mark_ready
from portal.orders.models.events import OrderEvent
from portal.orders.models.orders import Order, OrderLine
from portal.touchpoints.models import Touchpoint
from tests.builders import NOW, Build
from tests.placed_orders import Counter, Want, counter, credit_used, stock_now

LATER = NOW + timedelta(minutes=30)
FOG = ("TC-0001", "Harbor Fog", "#9AA7AB")


def lines_of(session: Session, order: Order) -> list[OrderLine]:
    query = select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.line_no)
    return list(session.scalars(query, execution_options={"populate_existing": True}))


def names_of(session: Session, order: Order) -> list[str]:
    query = select(Touchpoint.name).where(Touchpoint.order_id == order.id).order_by(Touchpoint.recorded_us)
    return list(session.scalars(query))


def mails(session: Session, order: Order) -> list[OutboundMail]:
    return list(
        session.scalars(
            select(OutboundMail).where(OutboundMail.order_id == order.id).order_by(OutboundMail.id)
        )
    )


def prepare(session: Session, scene: Counter, order: Order) -> None:
    """Accept and begin."""
    accept(session, actor=scene.staff, now=NOW, number=order.number)
    start_picking(session, actor=scene.staff, now=NOW, number=order.number)
    session.commit()


def test_the_whole_way_of_a_pickup(session: Session, build: Build) -> None:
    scene = counter(build)
    order = scene.order(Want(scene.paint, 2, colour=FOG), Want(scene.tape, 12, price="3.95"))
    taken = credit_used(session, scene.company)

    prepare(session, scene, order)
    assert [line.state for line in lines_of(session, order)] == ["tinting", "picking"]

    tint_done(session, actor=scene.staff, now=NOW, number=order.number, line_no=1)
    mark_ready(session, actor=scene.staff, now=NOW, number=order.number)
    session.commit()
    ready = session.get_one(Order, order.id, populate_existing=True)
    assert (ready.status, ready.ready_at) == ("ready", NOW)
    assert stock_now(session, scene.store)[scene.paint.id] == (100, 2)

    hand_over(session, actor=scene.staff, now=LATER, number=order.number, code="k7p-qxa")
    session.commit()
    done = session.get_one(Order, order.id, populate_existing=True)
    assert (done.status, done.closed_at) == ("collected", LATER)
    assert {line.state for line in lines_of(session, order)} == {"collected"}
    assert stock_now(session, scene.store) == {scene.paint.id: (98, 0), scene.tape.id: (88, 0)}
    assert credit_used(session, scene.company) == taken, "what was collected is owed until it is paid"

    assert names_of(session, order) == [
        "order_accepted",
        "order_picked",
        "order_picked",
        "ready_for_pickup",
        "picked_up",
        "invoice_issued",
    ]
    assert [mail.kind for mail in mails(session, order)] == ["order_ready"]
    data = mails(session, order)[0].data
    assert data["code"] == "K7PQXA"
    assert data["store"]["name"] == "Albany Central"
    moves = session.execute(
        select(OrderEvent.from_state, OrderEvent.to_state)
        .where(OrderEvent.order_id == order.id, OrderEvent.line_no.is_(None))
        .order_by(OrderEvent.id)
    ).all()
    assert [tuple(each) for each in moves] == [
        (None, "placed"),
        ("placed", "accepted"),
        ("accepted", "picking"),
        ("picking", "ready"),
        ("ready", "collected"),
    ]


def test_steps_out_of_order_are_refused_with_the_state_in_words(session: Session, build: Build) -> None:
    scene = counter(build)
    order = scene.order()
    with pytest.raises(Rejected, match="is placed, so it cannot be prepared"):
        start_picking(session, actor=scene.staff, now=NOW, number=order.number)
    with pytest.raises(Rejected, match="is placed, so it cannot be made ready"):
        mark_ready(session, actor=scene.staff, now=NOW, number=order.number)
    with pytest.raises(Rejected, match="cannot be handed over"):
        hand_over(session, actor=scene.staff, now=NOW, number=order.number, code="K7PQXA")
    session.rollback()
    assert session.get_one(Order, order.id).status == "placed"


def test_accepting_twice_is_one_acceptance(session: Session, build: Build) -> None:
    scene = counter(build)
    order = scene.order()
    for _ in range(2):
        accept(session, actor=scene.staff, now=NOW, number=order.number)
        session.commit()
    assert names_of(session, order) == ["order_accepted"]


def test_another_stores_associate_and_other_people_find_nothing(session: Session, build: Build) -> None:
    scene = counter(build)
    order = scene.order()
    elsewhere = build.user(kind="store", store_id=build.store("Elsewhere").id)
    rep = build.rep(scene.company)
    for person in (elsewhere, rep, build.user(kind="support")):
        with pytest.raises(NotFound):
            accept(session, actor=build.actor(person), now=NOW, number=order.number)
    accept(session, actor=build.actor(build.user(kind="admin")), now=NOW, number=order.number)


def test_part_ready_part_collected_then_the_rest_with_the_same_code(session: Session, build: Build) -> None:
    scene = counter(build)
    order = scene.order()
    prepare(session, scene, order)
    mark_ready(session, actor=scene.staff, now=NOW, number=order.number, picked={1: 2, 2: 5})
    session.commit()
    assert [line.state for line in lines_of(session, order)] == ["ready", "picking"]
    assert session.get_one(Order, order.id, populate_existing=True).status == "picking"

    hand_over(session, actor=scene.staff, now=NOW, number=order.number, code="K7PQXA", lines=[1])
    session.commit()
    assert [line.state for line in lines_of(session, order)] == ["collected", "picking"]
    assert stock_now(session, scene.store) == {scene.paint.id: (98, 0), scene.tape.id: (100, 12)}

    mark_ready(session, actor=scene.staff, now=LATER, number=order.number)
    hand_over(session, actor=scene.staff, now=LATER, number=order.number, code="K7PQXA")
    session.commit()
    assert session.get_one(Order, order.id, populate_existing=True).status == "collected"
    assert stock_now(session, scene.store)[scene.tape.id] == (88, 0)
    assert names_of(session, order).count("picked_up") == 2
    assert [mail.data["rest"] for mail in mails(session, order)] == [1, 0]


def test_more_than_was_ordered_cannot_be_ready(session: Session, build: Build) -> None:
    scene = counter(build)
    order = scene.order()
    prepare(session, scene, order)
    with pytest.raises(Rejected) as no:
        mark_ready(session, actor=scene.staff, now=NOW, number=order.number, picked={1: 3})
    assert (no.value.code, no.value.field) == ("too_many", "picked-1")
    with pytest.raises(Rejected, match="Tick the lines"):
        mark_ready(session, actor=scene.staff, now=NOW, number=order.number, picked={})


def test_a_wrong_code_is_counted_and_the_sixth_try_waits(session: Session, build: Build) -> None:
    scene = counter(build)
    order = scene.order()
    prepare(session, scene, order)
    mark_ready(session, actor=scene.staff, now=NOW, number=order.number)
    session.commit()
    for tried in range(5):
        with pytest.raises(Rejected) as no:
            hand_over(session, actor=scene.staff, now=NOW, number=order.number, code="WRONG")
        assert no.value.code == "pickup_code_wrong", tried
        assert "Sam Fields" in no.value.message
        session.rollback()
        count_wrong_code(session, actor=scene.staff, now=NOW, number=order.number)
        session.commit()
    with pytest.raises(Rejected) as no:
        hand_over(session, actor=scene.staff, now=NOW, number=order.number, code="K7PQXA")
    assert no.value.code == "code_paused"
    session.rollback()
    hand_over(session, actor=scene.staff, now=NOW + timedelta(minutes=16), number=order.number, code="K7PQXA")
    session.commit()
    assert session.get_one(Order, order.id, populate_existing=True).status == "collected"


def test_a_code_works_once(session: Session, build: Build) -> None:
    """Invariant 19. Seen failing without asking whether the order was collected and what of it is ready."""
    scene = counter(build)
    order = scene.order()
    prepare(session, scene, order)
    mark_ready(session, actor=scene.staff, now=NOW, number=order.number)
    hand_over(session, actor=scene.staff, now=NOW, number=order.number, code="K7PQXA")
    session.commit()
    with pytest.raises(Rejected) as no:
        hand_over(session, actor=scene.staff, now=NOW, number=order.number, code="K7PQXA")
    assert no.value.code == "already_collected"


def test_delivery_leaves_with_its_stock_and_arrives(session: Session, build: Build) -> None:
    scene = counter(build)
    order = scene.order(fulfilment="delivery", pickup_code=None, pickup_person="")
    prepare(session, scene, order)
    mark_ready(session, actor=scene.staff, now=NOW, number=order.number)
    with pytest.raises(Rejected, match="delivered, not collected"):
        hand_over(session, actor=scene.staff, now=NOW, number=order.number, code="")
    dispatch(session, actor=scene.staff, now=NOW, number=order.number)
    session.commit()
    assert stock_now(session, scene.store) == {scene.paint.id: (98, 0), scene.tape.id: (88, 0)}
    deliver(session, actor=scene.staff, now=LATER, number=order.number)
    session.commit()
    assert session.get_one(Order, order.id, populate_existing=True).status == "delivered"
    assert names_of(session, order)[-3:] == ["shipped", "delivered", "invoice_issued"]
    assert [mail.kind for mail in mails(session, order)] == ["order_out"]


def test_a_pickup_order_cannot_be_sent_out(session: Session, build: Build) -> None:
    scene = counter(build)
    order = scene.order()
    prepare(session, scene, order)
    mark_ready(session, actor=scene.staff, now=NOW, number=order.number)
    with pytest.raises(Rejected, match="collected at the store"):
        dispatch(session, actor=scene.staff, now=NOW, number=order.number)


def test_a_new_promise_is_told_with_its_reason(session: Session, build: Build) -> None:
    scene = counter(build)
    order = scene.order()
    promise = NOW + timedelta(hours=4)
    change = {"actor": scene.staff, "now": NOW, "number": order.number}
    with pytest.raises(Rejected, match="why"):
        change_promise(session, **change, promised_at=promise, reason=" ")
    with pytest.raises(Rejected, match="still to come"):
        change_promise(session, **change, promised_at=NOW, reason="Late lorry")
    session.rollback()
    change_promise(session, **change, promised_at=promise, reason="The tinting machine is down")
    session.commit()
    point = session.scalars(select(Touchpoint).where(Touchpoint.order_id == order.id)).one()
    assert (point.name, point.props["minutes_later"]) == ("delivery_promise_changed", 180)
    (mail,) = mails(session, order)
    assert mail.data["reason"] == "The tinting machine is down"
    assert mail.data["promised"] == "today 2:00 pm"
