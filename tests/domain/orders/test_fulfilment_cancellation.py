"""What is cancelled costs nothing any more, exactly once, whoever else is at work at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.foundation.db import transaction
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import OutboundMail
from portal.orders.fulfilment.use_cases.acceptance import accept
from portal.orders.fulfilment.use_cases.cancellation import cancel
from portal.orders.fulfilment.use_cases.handover import hand_over
from portal.orders.fulfilment.use_cases.picks import start_picking
from portal.orders.fulfilment.use_cases.shortages import Shortage, short_pick
from portal.orders.models.events import OrderEvent
from portal.orders.models.orders import Order, OrderLine
from portal.stores.models import PickupSlot
from portal.touchpoints.models import Touchpoint
from tests.builders import NOW, Build
from tests.placed_orders import Counter, Want, counter, credit_used, stock_now


def at_once(sessions: sessionmaker[Session], *doings: Any) -> list[Any]:
    """Do several things in their own transactions at the same moment; each gives its result or its refusal."""
    barrier = Barrier(len(doings))

    def run(doing: Any) -> Any:
        barrier.wait()
        try:
            with transaction(sessions) as session:
                return doing(session)
        except Rejected as no:
            return no

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(run, doings))


def cancel_by(scene: Counter, order: Order) -> Any:
    return lambda session: cancel(session, actor=scene.customer, now=NOW, number=order.number)


def names_of(session: Session, order: Order) -> list[str]:
    return list(session.scalars(select(Touchpoint.name).where(Touchpoint.order_id == order.id)))


def test_stock_credit_and_window_go_back(session: Session, build: Build) -> None:
    scene = counter(build)
    window = NOW + timedelta(hours=4)
    order = scene.order(window_start=window, window_end=window + timedelta(hours=1))
    assert credit_used(session, scene.company) == order.total_minor
    cancel(session, actor=scene.customer, now=NOW, number=order.number, reason=" Job moved ")
    session.commit()
    assert stock_now(session, scene.store) == {scene.paint.id: (100, 0), scene.tape.id: (100, 0)}
    assert credit_used(session, scene.company) == 0
    assert session.scalar(select(PickupSlot.booked)) == 0
    done = session.get_one(Order, order.id, populate_existing=True)
    assert (done.status, done.credit_released_minor, done.closed_at) == ("cancelled", order.total_minor, NOW)
    mail = session.scalars(select(OutboundMail)).one()
    assert (mail.kind, mail.data["reason"]) == ("order_cancelled", "Job moved")
    assert names_of(session, order) == ["order_cancelled"]


def test_a_rep_cancels_on_behalf_and_it_says_so(session: Session, build: Build) -> None:
    scene = counter(build)
    order = scene.order()
    rep = build.rep(scene.company, name="Alex Moreno")
    stay = build.delegation(rep, scene.buyer, scene.company)
    acting = build.actor(
        rep,
        scene.company,
        delegation_id=stay.id,
        acting_for_user_id=scene.buyer.id,
        acting_for_name="Dana Ortiz",
    )
    cancel(session, actor=acting, now=NOW, number=order.number)
    session.commit()
    event = session.scalars(select(OrderEvent).where(OrderEvent.to_state == "cancelled")).one()
    assert (event.actor_name, event.actor_kind, event.on_behalf_of) == ("Alex Moreno", "rep", "Dana Ortiz")
    point = session.scalars(select(Touchpoint).where(Touchpoint.name == "order_cancelled")).one()
    assert (point.on_behalf, point.delegation_id) == (True, stay.id)


@pytest.mark.parametrize("status", ["picking", "ready", "collected"])
def test_too_late(session: Session, build: Build, status: str) -> None:
    scene = counter(build)
    order = scene.order(status=status)
    before = stock_now(session, scene.store), credit_used(session, scene.company)
    with pytest.raises(Rejected) as no:
        cancel(session, actor=scene.customer, now=NOW, number=order.number)
    assert no.value.code == "too_late"
    session.rollback()
    assert (stock_now(session, scene.store), credit_used(session, scene.company)) == before


def test_another_companys_order_is_not_there(session: Session, build: Build) -> None:
    scene = counter(build)
    order = scene.order()
    other = build.company()
    with pytest.raises(NotFound):
        cancel(session, actor=build.actor(build.user(other), other), now=NOW, number=order.number)


def test_cancelling_many_times_at_once_gives_back_once(
    sessions: sessionmaker[Session], session: Session, build: Build
) -> None:
    scene = counter(build)
    order = scene.order()
    results = at_once(sessions, *[cancel_by(scene, order)] * 6)
    assert not [each for each in results if isinstance(each, Rejected)]
    assert stock_now(session, scene.store) == {scene.paint.id: (100, 0), scene.tape.id: (100, 0)}
    assert credit_used(session, scene.company) == 0
    assert names_of(session, order) == ["order_cancelled"]


@pytest.mark.parametrize("round_", range(4))
def test_cancelling_against_beginning_has_one_winner(
    sessions: sessionmaker[Session], session: Session, build: Build, round_: int
) -> None:
    scene = counter(build)
    order = scene.order(status="accepted")

    def begin(opened: Session) -> Order:
        return start_picking(opened, actor=scene.staff, now=NOW, number=order.number)

    results = at_once(sessions, *[begin, cancel_by(scene, order)][:: 1 if round_ % 2 else -1])
    assert sum(isinstance(each, Rejected) for each in results) == 1
    status = session.get_one(Order, order.id, populate_existing=True).status
    held = {v: reserved for v, (_, reserved) in stock_now(session, scene.store).items()}
    if status == "cancelled":
        assert set(held.values()) == {0}
    else:
        assert (status, held) == ("picking", {scene.paint.id: 2, scene.tape.id: 12})


def test_accepting_against_cancelling_ends_cancelled_with_everything_given_back(
    sessions: sessionmaker[Session], session: Session, build: Build
) -> None:
    scene = counter(build)
    order = scene.order()

    def accept_it(opened: Session) -> Order:
        return accept(opened, actor=scene.staff, now=NOW, number=order.number)

    at_once(sessions, accept_it, cancel_by(scene, order))
    assert session.get_one(Order, order.id, populate_existing=True).status == "cancelled"
    assert credit_used(session, scene.company) == 0


def test_two_associates_hand_over_once(
    sessions: sessionmaker[Session], session: Session, build: Build
) -> None:
    scene = counter(build)
    order = scene.order(status="ready")

    def hand_it_over(opened: Session) -> Order:
        return hand_over(opened, actor=scene.staff, now=NOW, number=order.number, code="K7PQXA")

    results = at_once(sessions, *[hand_it_over] * 5)
    refused = [each for each in results if isinstance(each, Rejected)]
    assert [each.code for each in refused] == ["already_collected"] * 4
    assert stock_now(session, scene.store) == {scene.paint.id: (98, 0), scene.tape.id: (88, 0)}
    assert names_of(session, order) == ["picked_up", "invoice_issued"]


def test_orders_cancelled_and_handed_over_crosswise_do_not_lock_each_other_out(
    sessions: sessionmaker[Session], session: Session, build: Build
) -> None:
    scene = counter(build)
    one_way = (Want(scene.paint, 1), Want(scene.tape, 1))
    orders = [
        scene.order(*(one_way if n % 2 else one_way[::-1]), status="ready" if n < 4 else "placed")
        for n in range(8)
    ]

    def hand_over_of(order: Order) -> Any:
        return lambda opened: hand_over(
            opened, actor=scene.staff, now=NOW, number=order.number, code="K7PQXA"
        )

    at_once(
        sessions,
        *[hand_over_of(order) if order.status == "ready" else cancel_by(scene, order) for order in orders],
    )
    assert stock_now(session, scene.store) == {scene.paint.id: (96, 0), scene.tape.id: (96, 0)}


def test_parts_of_a_line_add_up_to_its_amount(session: Session, build: Build) -> None:
    scene = counter(build)
    order = scene.order(Want(scene.tape, 7, price="0.3333"))
    accept(session, actor=scene.staff, now=NOW, number=order.number)
    start_picking(session, actor=scene.staff, now=NOW, number=order.number)
    for _ in range(7):
        short_pick(
            session,
            actor=scene.staff,
            now=NOW,
            number=order.number,
            shortage=Shortage(line_no=1, units=1, reason="damaged", rest="cancel"),
        )
    session.commit()
    done = session.get_one(Order, order.id, populate_existing=True)
    assert (done.status, done.credit_released_minor) == ("cancelled", order.total_minor)
    assert credit_used(session, scene.company) == 0
    assert session.scalars(select(OrderLine.state)).all() == ["cancelled"]
