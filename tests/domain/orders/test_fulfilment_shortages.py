"""What is missing: told, waited for or taken off, and served oldest first when stock comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import OutboundMail
from portal.orders.fulfilment.use_cases.acceptance import accept
from portal.orders.fulfilment.use_cases.backorders import fulfil_backorders
from portal.orders.fulfilment.use_cases.cancellation import cancel
from portal.orders.fulfilment.use_cases.handover import hand_over
from portal.orders.fulfilment.use_cases.picks import start_picking
from portal.orders.fulfilment.use_cases.readiness import mark_ready
from portal.orders.fulfilment.use_cases.shortages import Shortage, short_pick
from portal.orders.models.orders import Order, OrderLine
from portal.stores.models import Stock
from portal.stores.stock.queries import available
from portal.touchpoints.models import Touchpoint
from tests.builders import NOW, Build
from tests.placed_orders import Counter, Want, counter, credit_used, stock_now


def begun(session: Session, scene: Counter, *wants: Want, **fields: object) -> Order:
    order = scene.order(*wants, **fields)
    accept(session, actor=scene.staff, now=NOW, number=order.number)
    start_picking(session, actor=scene.staff, now=NOW, number=order.number)
    session.commit()
    return order


def fresh(session: Session, order: Order) -> tuple[Order, list[OrderLine]]:
    again = session.get_one(Order, order.id, populate_existing=True)
    query = select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.line_no)
    return again, list(session.scalars(query, execution_options={"populate_existing": True}))


def kinds(session: Session, order: Order) -> list[str]:
    query = select(OutboundMail.kind).where(OutboundMail.order_id == order.id).order_by(OutboundMail.id)
    return list(session.scalars(query))


def short(session: Session, scene: Counter, order: Order, line_no: int, units: int, rest: str) -> None:
    short_pick(
        session,
        actor=scene.staff,
        now=NOW,
        number=order.number,
        shortage=Shortage(line_no=line_no, units=units, reason="not_found", rest=rest),
    )
    session.commit()


def restock(session: Session, scene: Counter, variant_id: int, units: int) -> list[str]:
    session.execute(update(Stock).where(Stock.variant_id == variant_id).values(on_hand=Stock.on_hand + units))
    served = fulfil_backorders(
        session, actor=scene.staff, now=NOW, store_id=scene.store.id, variant_ids=[variant_id]
    )
    session.commit()
    return [order.number for order in served]


def test_a_short_line_that_waits(session: Session, build: Build) -> None:
    scene = counter(build)
    order = begun(session, scene)
    short(session, scene, order, 1, 1, "backorder")
    again, lines = fresh(session, order)
    assert (lines[0].quantity_reserved, lines[0].quantity_backordered, lines[0].state) == (1, 1, "picking")
    assert stock_now(session, scene.store)[scene.paint.id] == (99, 1), "what is not there is not on hand"
    assert again.credit_released_minor == 0
    mail = session.scalars(select(OutboundMail)).one()
    assert (mail.kind, mail.data["units"], mail.data["waits"]) == ("order_short", 1, True)
    assert mail.data["why"] == "was not on the shelf"

    mark_ready(session, actor=scene.staff, now=NOW, number=order.number)
    hand_over(session, actor=scene.staff, now=NOW, number=order.number, code="K7PQXA")
    session.commit()
    again, lines = fresh(session, order)
    assert (again.status, lines[0].state, lines[1].state) == ("backordered", "backordered", "collected")

    assert restock(session, scene, scene.paint.id, 5) == [order.number]
    again, lines = fresh(session, order)
    assert (again.status, lines[0].state, lines[0].quantity_reserved) == ("picking", "picking", 1)
    assert again.promised_at == NOW + timedelta(minutes=60), "lead time of the store, in open hours"
    mark_ready(session, actor=scene.staff, now=NOW, number=order.number)
    hand_over(session, actor=scene.staff, now=NOW, number=order.number, code="K7PQXA")
    session.commit()
    assert fresh(session, order)[0].status == "collected"
    assert kinds(session, order) == ["order_short", "order_ready", "order_restocked", "order_ready"]


def test_a_short_line_that_is_taken_off_gives_its_credit_back(session: Session, build: Build) -> None:
    scene = counter(build)
    order = begun(session, scene)
    short(session, scene, order, 2, 12, "cancel")
    again, lines = fresh(session, order)
    assert (lines[1].state, lines[1].quantity_cancelled) == ("cancelled", 12)
    assert again.credit_released_minor == 4740
    assert credit_used(session, scene.company) == order.total_minor - 4740
    assert stock_now(session, scene.store)[scene.tape.id] == (88, 0)


def test_nothing_there_and_nobody_waits_is_a_cancelled_order(session: Session, build: Build) -> None:
    scene = counter(build)
    window = NOW + timedelta(hours=2)
    order = begun(session, scene, Want(scene.paint, 2), window_start=window, window_end=window)
    short(session, scene, order, 1, 2, "cancel")
    assert fresh(session, order)[0].status == "cancelled"
    assert credit_used(session, scene.company) == 0


def test_the_last_short_line_makes_the_rest_ready(session: Session, build: Build) -> None:
    scene = counter(build)
    order = begun(session, scene)
    mark_ready(session, actor=scene.staff, now=NOW, number=order.number, picked={1: 2})
    short(session, scene, order, 2, 12, "backorder")
    assert fresh(session, order)[0].status == "ready"
    assert kinds(session, order) == ["order_ready", "order_short", "order_ready"]


def test_found_broken_after_it_was_ready(session: Session, build: Build) -> None:
    scene = counter(build)
    order = scene.order(status="ready")
    short(session, scene, order, 1, 1, "cancel")
    _, lines = fresh(session, order)
    assert (lines[0].quantity_ready, lines[0].quantity_cancelled, lines[0].state) == (1, 1, "ready")


@pytest.mark.parametrize(
    ("units", "reason", "rest", "field"),
    [
        (0, "damaged", "cancel", "units"),
        (3, "damaged", "cancel", "units"),
        (1, "lost", "cancel", "reason"),
        (1, "damaged", "forget", "rest"),
    ],
)
def test_what_a_short_line_needs(
    session: Session, build: Build, units: int, reason: str, rest: str, field: str
) -> None:
    scene = counter(build)
    order = begun(session, scene)
    with pytest.raises(Rejected) as no:
        short_pick(
            session,
            actor=scene.staff,
            now=NOW,
            number=order.number,
            shortage=Shortage(line_no=1, units=units, reason=reason, rest=rest),
        )
    assert no.value.field == field


def test_an_order_of_which_nothing_is_there_waits_and_can_be_cancelled(
    session: Session, build: Build
) -> None:
    scene = counter(build, on_hand=0)
    order = begun(session, scene, Want(scene.paint, 2, backordered=2))
    assert fresh(session, order)[0].status == "backordered"
    cancel(session, actor=scene.customer, now=NOW, number=order.number)
    session.commit()
    assert fresh(session, order)[0].status == "cancelled"
    assert credit_used(session, scene.company) == 0


def test_cancelling_what_waits_keeps_what_was_collected(session: Session, build: Build) -> None:
    scene = counter(build)
    order = begun(session, scene, Want(scene.paint, 5, backordered=2))
    mark_ready(session, actor=scene.staff, now=NOW, number=order.number)
    hand_over(session, actor=scene.staff, now=NOW, number=order.number, code="K7PQXA")
    cancel(session, actor=scene.customer, now=NOW, number=order.number)
    session.commit()
    again, lines = fresh(session, order)
    assert (again.status, lines[0].state) == ("collected", "collected")
    assert again.credit_released_minor == 8240 + 12360, "two are cancelled, three are on an invoice"
    assert credit_used(session, scene.company) == 12360
    assert kinds(session, order)[-1] == "order_cancelled"
    names = session.scalars(select(Touchpoint.name).where(Touchpoint.order_id == order.id)).all()
    assert names.count("picked_up") == 2


def test_stock_goes_to_who_waited_longest_and_in_parts(session: Session, build: Build) -> None:
    scene = counter(build, on_hand=0)
    ago = [NOW - timedelta(days=n) for n in (1, 3, 2)]
    orders = [begun(session, scene, Want(scene.paint, 4, backordered=4), placed_at=at) for at in ago]
    assert restock(session, scene, scene.paint.id, 6) == [orders[1].number, orders[2].number]
    waits = [fresh(session, order)[1][0].quantity_backordered for order in orders]
    assert waits == [4, 0, 2]
    assert stock_now(session, scene.store)[scene.paint.id] == (6, 6)
    assert restock(session, scene, scene.paint.id, 0) == []


def test_another_store_gets_nothing_and_its_people_may_not(session: Session, build: Build) -> None:
    scene = counter(build, on_hand=0)
    begun(session, scene, Want(scene.paint, 4, backordered=4))
    elsewhere = build.store("Elsewhere")
    build.stock(elsewhere, scene.paint, on_hand=50)
    admin = build.actor(build.user(kind="admin"))
    assert fulfil_backorders(session, actor=admin, now=NOW, store_id=elsewhere.id) == []
    with pytest.raises(NotFound):
        fulfil_backorders(session, actor=scene.staff, now=NOW, store_id=elsewhere.id)


@pytest.mark.parametrize(
    ("told", "after"), [(100, (99, 1)), (2, (1, 1)), (1, (1, 1)), (0, (0, 1)), (-3, (-3, 1))]
)
def test_what_the_count_misses_already_is_not_taken_twice(
    session: Session, build: Build, told: int, after: tuple[int, int]
) -> None:
    """Seen failing when each missing unit was taken from the count again: nothing could be sold after that."""
    scene = counter(build)
    order = begun(session, scene)
    session.execute(update(Stock).where(Stock.variant_id == scene.paint.id).values(on_hand=told))
    short(session, scene, order, 1, 1, "backorder")
    assert stock_now(session, scene.store)[scene.paint.id] == after


def test_nobody_sets_aside_what_is_not_there(session: Session, build: Build) -> None:
    """A count may say less than is set aside; nothing else may. Seen failing without the trigger."""
    scene = counter(build, on_hand=1)
    for statement in ("update stock set reserved = 2", "update stock set on_hand = -1, reserved = 1"):
        with pytest.raises(DBAPIError, match="only what is on hand can be set aside"):
            session.execute(text(statement))
        session.rollback()
    session.execute(text("update stock set on_hand = -1"))
    assert available(session, store_id=scene.store.id, variant_ids=[scene.paint.id]) == {scene.paint.id: 0}
